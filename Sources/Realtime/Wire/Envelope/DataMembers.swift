/// The members of a JSON object inside a message, found in one pass and then asked for by name.
///
/// The first sixteen are kept in place, so a handler that reads a few members of an ordinary message takes
/// no memory. A member of the wrong kind is an error that names it; one that is `null` is taken for one that
/// is not there.
struct DataMembers: ~Copyable {
    private typealias Member = JSONScanner.Member

    private static let inlineCapacity = 16

    private let text: UnsafeRawBufferPointer
    private var inline: InlineArray<16, Member>
    /// Those after the sixteenth, which ordinary messages don't have.
    private var others: [Member] = []
    private var count = 0

    /// An object with nothing in it.
    init() {
        text = UnsafeRawBufferPointer(start: nil, count: 0)
        inline = InlineArray(repeating: Self.nothing)
    }

    /// Scans an object; what is wrong with it is said of `field`.
    init(of text: UnsafeRawBufferPointer, field: StaticText) throws(EnvelopeFailure) {
        self.text = text
        inline = InlineArray(repeating: Self.nothing)
        do throws(JSONError) {
            var scanner = JSONScanner(text, limits: InboundEnvelope.limits)
            try scanner.enterObject()
            while let member = try scanner.nextMember() {
                if count < Self.inlineCapacity { inline[count] = member } else { others.append(member) }
                count += 1
            }
        } catch {
            throw EnvelopeFailure(.json(error), field: field)
        }
    }

    private static var nothing: Member {
        let slice = JSONSlice(kind: .null, start: 0, end: 0)
        return Member(key: slice, value: slice)
    }

    /// Where the value of this member stands, whatever its kind.
    func slice(_ name: StaticText) -> JSONSlice? {
        for index in 0..<min(count, Self.inlineCapacity)
        where inline[index].key.equals(name.utf8, in: text) {
            return inline[index].value
        }
        return others.first { $0.key.equals(name.utf8, in: text) }?.value
    }

    /// The value of this member as it came, whatever its kind.
    func bytes(_ name: StaticText) -> UnsafeRawBufferPointer? {
        slice(name)?.bytes(in: text)
    }

    func string(_ name: StaticText) throws(EnvelopeFailure) -> String? {
        guard let slice = present(name) else { return nil }
        guard let string = slice.string(in: text) else {
            throw EnvelopeFailure(.mustBe("a string"), field: name)
        }
        return string
    }

    func bool(_ name: StaticText) throws(EnvelopeFailure) -> Bool? {
        guard let slice = present(name) else { return nil }
        guard let bool = slice.bool else { throw EnvelopeFailure(.mustBe("true or false"), field: name) }
        return bool
    }

    /// A whole number, written without fraction and exponent.
    func integer(_ name: StaticText) throws(EnvelopeFailure) -> Int? {
        guard let slice = present(name) else { return nil }
        guard let integer = slice.int(in: text) else {
            throw EnvelopeFailure(.mustBe("a whole number"), field: name)
        }
        return integer
    }

    /// A position in a sequence: a whole number that is not negative.
    func sequence(_ name: StaticText) throws(EnvelopeFailure) -> UInt64? {
        guard let integer = try integer(name) else { return nil }
        guard let sequence = UInt64(exactly: integer) else {
            throw EnvelopeFailure(.mustBe("a whole number that is not negative"), field: name)
        }
        return sequence
    }

    func double(_ name: StaticText) throws(EnvelopeFailure) -> Double? {
        guard let slice = present(name) else { return nil }
        guard let double = slice.double(in: text) else {
            throw EnvelopeFailure(.mustBe("a number"), field: name)
        }
        return double
    }

    func identifier<Kind>(_ name: StaticText) throws(EnvelopeFailure) -> Identifier<Kind>? {
        guard let slice = present(name) else { return nil }
        guard let id = Identifier<Kind>(slice, in: text) else {
            throw EnvelopeFailure(.notAnIdentifier, field: name)
        }
        return id
    }

    /// The members of an object inside this one; nil where there is none.
    func object(_ name: StaticText) throws(EnvelopeFailure) -> DataMembers? {
        guard let slice = present(name) else { return nil }
        guard slice.kind == .object else { throw EnvelopeFailure(.mustBe("an object"), field: name) }
        return try DataMembers(of: slice.bytes(in: text), field: name)
    }

    private func present(_ name: StaticText) -> JSONSlice? {
        guard let slice = slice(name), !slice.isNull else { return nil }
        return slice
    }
}
