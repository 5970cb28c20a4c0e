/// Numbers as people read them.
enum Text {
    static func decimal(_ value: Double, _ places: Int) -> String {
        guard value.isFinite else { return "0" }
        let scale = (0..<places).reduce(1) { product, _ in product * 10 }
        let scaled = Int((value.magnitude * Double(scale)).rounded())
        let sign = value < 0 && scaled > 0 ? "-" : ""
        guard places > 0 else { return "\(sign)\(scaled)" }
        let fraction = String(scaled % scale)
        let zeros = String(repeating: "0", count: places - fraction.count)
        return "\(sign)\(scaled / scale).\(zeros)\(fraction)"
    }

    /// A whole number with commas.
    static func grouped(_ value: Double) -> String {
        var text = ""
        for (position, digit) in decimal(value, 0).reversed().enumerated() {
            if position > 0, position % 3 == 0, digit != "-" { text.append(",") }
            text.append(digit)
        }
        return String(text.reversed())
    }

    static func duration(_ nanoseconds: UInt64) -> String {
        switch nanoseconds {
        case ..<Clock.millisecond: decimal(Double(nanoseconds) / 1000, 0) + " µs"
        case ..<Clock.second: decimal(Double(nanoseconds) / Double(Clock.millisecond), 2) + " ms"
        default: decimal(Double(nanoseconds) / Double(Clock.second), 2) + " s"
        }
    }

    static func pad(_ text: String, to width: Int) -> String {
        text + String(repeating: " ", count: max(1, width - text.count))
    }
}
