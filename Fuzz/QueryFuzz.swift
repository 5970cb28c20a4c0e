/// URL queries: a query has the parameters of its two parts, asking by name finds what is listed, and escaped
/// text is compared as if it were decoded.
enum QueryFuzz: FuzzTarget {
    static func run(_ input: UnsafeRawBufferPointer) {
        let whole = read(input)
        checkNames(input, listed: whole)
        checkComparison(input)

        let cut = input.cut
        guard let ampersand = input[cut...].firstIndex(of: UInt8(ascii: "&")) else { return }
        let left = read(UnsafeRawBufferPointer(rebasing: input[..<ampersand]))
        let right = read(UnsafeRawBufferPointer(rebasing: input[(ampersand + 1)...]))
        switch (whole, left, right) {
        case (.success(let whole), .success(let left), .success(let right)):
            precondition(whole == left + right, "cut in two, the parameters are others")
        case (.success, _, _):
            preconditionFailure("a part is refused and the whole is not")
        case (.failure(let error), .success, .success):
            precondition(error == .tooManyPairs, "the whole is refused and its parts are not")
        case (.failure, _, _):
            break
        }
    }

    /// A decoded parameter; compared byte by byte, as text that looks the same need not be.
    private struct Parameter: Equatable {
        let name: [UInt8]
        let value: [UInt8]
    }

    private static func query(_ text: UnsafeRawBufferPointer) -> URLQuery {
        URLQuery(HTTPSlice(Array(text)))
    }

    private static func read(_ text: UnsafeRawBufferPointer) -> Result<[Parameter], URLQueryError> {
        Result { () throws(URLQueryError) in
            let all = try query(text).all()
            precondition(all.count <= URLQuery.maximumPairs, "more pairs than allowed")
            return all.map { Parameter(name: Array($0.name.utf8), value: Array($0.value.utf8)) }
        }
    }

    private static func checkNames(
        _ text: UnsafeRawBufferPointer, listed: Result<[Parameter], URLQueryError>
    ) {
        guard case .success(let parameters) = listed else { return }
        let expected = parameters.filter { $0.name == Array("token".utf8) }.map(\.value)
        do throws(URLQueryError) {
            let found = try query(text).values("token")
            precondition(found.map { Array($0.utf8) } == expected, "by name there is something else")
            let sole = try query(text).value("token")
            precondition(sole.map { Array($0.utf8) } == expected.first, "the value is another")
        } catch {
            precondition(error == .repeated && expected.count > 1, "listed, and refused by name")
        }
    }

    private static func checkComparison(_ text: UnsafeRawBufferPointer) {
        guard var decoded = text.percentDecoded(plusIsSpace: true) else { return }
        let isSame = decoded.withUTF8 {
            text.percentDecodedEquals(UnsafeRawBufferPointer($0), plusIsSpace: true)
        }
        precondition(isSame, "not equal to itself")
    }
}
