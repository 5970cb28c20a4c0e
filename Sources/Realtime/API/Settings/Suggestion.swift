/// "Did you mean": the known name that a mistyped one is most like.
package enum Suggestion {
    /// Completes a sentence about an unknown name; empty when nothing is like it.
    package static func sentence(for mistyped: String, among known: [String]) -> String {
        closest(to: mistyped, among: known).map { "; did you mean \($0)?" } ?? ""
    }

    /// The nearest name that is at most a third of its letters away.
    static func closest(to mistyped: String, among known: [String]) -> String? {
        let typed = Array(mistyped.utf8.prefix(100))
        let candidates = known.map { (name: $0, distance: distance(typed, Array($0.utf8))) }
        guard let best = candidates.min(by: { $0.distance < $1.distance }),
            best.distance <= max(1, best.name.utf8.count / 3)
        else { return nil }
        return best.name
    }

    /// How many letters have to be put in, taken out, changed, or swapped with the next one.
    static func distance(_ left: [UInt8], _ right: [UInt8]) -> Int {
        var beforeLast: [Int] = []
        var last = Array(0...right.count)
        for row in left.indices {
            var current = [row + 1]
            for column in right.indices {
                let isSame = left[row] == right[column]
                var best = min(
                    last[column] + (isSame ? 0 : 1), last[column + 1] + 1, current[column] + 1)
                if row > 0, column > 0, left[row] == right[column - 1], left[row - 1] == right[column] {
                    best = min(best, beforeLast[column - 1] + 1)
                }
                current.append(best)
            }
            (beforeLast, last) = (last, current)
        }
        return last[right.count]
    }
}
