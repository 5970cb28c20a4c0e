extension DataMembers {
    /// The names in an array; nil where there is none. What breaks the rule is told it.
    borrowing func identifiers<Kind>(
        _ name: StaticText, _ count: ClosedRange<Int>, mustBe requirement: StaticText
    ) throws(EnvelopeFailure) -> [Identifier<Kind>]? {
        guard let slice = slice(name), !slice.isNull, let text = bytes(name) else { return nil }
        guard slice.kind == .array, let ids = [Identifier<Kind>](json: text, atMost: count.upperBound),
            count.contains(ids.count)
        else {
            throw EnvelopeFailure(.mustBe(requirement), field: name)
        }
        return ids
    }
}

extension Array {
    /// The names in an array of strings; nil where something else is among them, or there are too many.
    fileprivate init?<Kind>(json: UnsafeRawBufferPointer, atMost limit: Int)
    where Element == Identifier<Kind> {
        self = []
        do throws(JSONError) {
            var scanner = JSONScanner(json, limits: InboundEnvelope.limits)
            try scanner.enterArray()
            while let element = try scanner.nextElement() {
                guard count < limit, let id = Identifier<Kind>(element, in: json) else { return nil }
                append(id)
            }
        } catch {
            return nil
        }
    }
}
