/// Query parameters: looking one up and listing all agree, and comparing escaped text without decoding it
/// is the same as decoding it first.
enum QueryFuzz: FuzzTarget {
    static func run(_ input: UnsafeRawBufferPointer) {
        let query = URLQuery(HTTPSlice(Array(input)))
        do throws(URLQueryError) {
            let all = try query.all()
            precondition(all.count <= URLQuery.maximumPairs, "more parameters than are read")
            let named = all.filter { $0.name == "a" }.map(\.value)
            let values = try query.values("a")
            precondition(values == named, "looked up another value than was listed")
            if named.count < 2 {
                let value = try query.value("a")
                precondition(value == named.first, "another single value")
            }
        } catch {
            precondition(error != .repeated, "a list has nothing against repetition")
        }
        if let text = input.percentDecoded(plusIsSpace: true) {
            var bytes = text
            bytes.withUTF8 {
                let decoded = UnsafeRawBufferPointer($0)
                precondition(input.percentDecodedEquals(decoded, plusIsSpace: true), "not equal to itself")
            }
        }
    }
}
