/// `Sec-WebSocket-Extensions`: a list has the offers of its two parts, and what is agreed to stays within
/// what was offered and can be kept.
enum ExtensionsFuzz: FuzzTarget {
    static func run(_ input: UnsafeRawBufferPointer) {
        guard let header = String(validating: input, as: UTF8.self) else { return }
        guard let offers = WebSocketExtensionOffer.parse(header) else { return }
        for offer in offers { checkAgreement(on: offer) }

        let cut = header.utf8.index(header.startIndex, offsetBy: input.cut)
        // A comma inside of quotes separates nothing.
        guard !header.utf8.contains(UInt8(ascii: "\"")),
            let comma = header.utf8[cut...].firstIndex(of: UInt8(ascii: ","))
        else { return }
        let left = WebSocketExtensionOffer.parse(String(header[..<comma]))
        let right = WebSocketExtensionOffer.parse(String(header[header.utf8.index(after: comma)...]))
        precondition((left ?? []) + (right ?? []) == offers, "cut in two, the offers are others")
    }

    private static func checkAgreement(on offer: WebSocketExtensionOffer) {
        guard let agreed = WebSocketDeflateParameters(accepting: offer, with: .init()) else { return }
        precondition((9...15).contains(agreed.serverWindowBits), "a window that zlib has not")
        precondition((9...15).contains(agreed.clientWindowBits), "a window that zlib has not")
        guard let answer = WebSocketExtensionOffer.parse(agreed.headerValue), answer.count == 1 else {
            preconditionFailure("the answer can't be read")
        }
        precondition(answer[0].name == "permessage-deflate", "the answer names something else")
    }
}
