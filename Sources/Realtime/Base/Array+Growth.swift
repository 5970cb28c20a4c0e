extension Array {
    /// Makes room for one more where there is none, and for a quarter more than there are, where appending would double
    /// it.
    ///
    /// For lists that exist a hundred thousand times, grow rarely and are kept for long: what an array holds in reserve
    /// is half of it in the worst case.
    mutating func growSparingly() {
        if count == capacity { reserveCapacity(count + Swift.max(1, count / 4)) }
    }
}
