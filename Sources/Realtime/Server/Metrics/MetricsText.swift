/// Writes numbers in the text format that Prometheus reads (version 0.0.4).
///
/// A family is a name with its help and its kind; its samples follow it, told apart by labels.
struct MetricsText: ~Copyable {
    /// How a number moves.
    enum Kind: String {
        /// Only upwards, from the start of the process.
        case counter
        /// Up and down.
        case gauge
    }

    private(set) var text = ByteBuffer(capacity: 16_384)
    private var name: StaticText = ""

    /// Begins a family.
    mutating func family(_ name: StaticText, _ kind: Kind, _ help: StaticText) {
        self.name = name
        text.append("# HELP " as StaticString)
        text.append(name.text)
        text.append(UInt8(ascii: " "))
        text.append(help.text)
        text.append("\n# TYPE " as StaticString)
        text.append(name.text)
        text.append(UInt8(ascii: " "))
        text.append(kind.rawValue)
        text.append(UInt8(ascii: "\n"))
    }

    /// A family with one number.
    mutating func counter(_ name: StaticText, _ value: Int, _ help: StaticText) {
        family(name, .counter, help)
        sample(value)
    }

    /// A family with one number.
    mutating func gauge(_ name: StaticText, _ value: Int, _ help: StaticText) {
        family(name, .gauge, help)
        sample(value)
    }

    /// Adds a number to the family that was begun last.
    mutating func sample(_ value: Int, _ labels: KeyValuePairs<StaticString, String> = [:]) {
        series(labels)
        text.append(decimal: value)
        text.append(UInt8(ascii: "\n"))
    }

    /// The same for a number with a fraction.
    mutating func sample(_ value: Double, _ labels: KeyValuePairs<StaticString, String> = [:]) {
        series(labels)
        text.append(value.description)
        text.append(UInt8(ascii: "\n"))
    }

    private mutating func series(_ labels: KeyValuePairs<StaticString, String>) {
        text.append(name.text)
        if !labels.isEmpty {
            text.append(UInt8(ascii: "{"))
            for (index, label) in labels.enumerated() {
                if index > 0 { text.append(UInt8(ascii: ",")) }
                text.append(label.key)
                text.append("=\"" as StaticString)
                appendEscaped(label.value)
                text.append(UInt8(ascii: "\""))
            }
            text.append(UInt8(ascii: "}"))
        }
        text.append(UInt8(ascii: " "))
    }

    private mutating func appendEscaped(_ value: String) {
        for byte in value.utf8 {
            switch byte {
            case UInt8(ascii: "\\"), UInt8(ascii: "\""):
                text.append(UInt8(ascii: "\\"))
                text.append(byte)
            case UInt8(ascii: "\n"):
                text.append("\\n" as StaticString)
            default:
                text.append(byte)
            }
        }
    }
}
