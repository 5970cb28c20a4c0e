@testable import Realtime

/// Says where a value is not as a schema of the OpenAPI page describes it. It knows the words that the page uses,
/// and stops at any other.
struct JSONSchemaCheck {
    let document: JSONValue

    /// One sentence for each thing that is wrong.
    func problems(_ value: JSONValue, _ schema: JSONValue, at place: String = "") -> [String] {
        var found: [String] = []
        for member in schema.object ?? [] {
            switch member.key {
            case "$ref":
                found += problems(value, resolve(member.value), at: place)
            case "allOf":
                for part in member.value.array ?? [] { found += problems(value, part, at: place) }
            case "oneOf":
                let fitting = (member.value.array ?? []).filter { problems(value, $0, at: place).isEmpty }
                if fitting.count != 1 {
                    found.append("\(place): fits \(fitting.count) of those of which it is one")
                }
            case "type":
                let types = member.value.array ?? [member.value]
                if !types.contains(where: { isOf(type: $0.string ?? "", value) }) {
                    found.append("\(place): is not \(types.compactMap(\.string))")
                }
            case "enum":
                if member.value.array?.contains(value) != true {
                    found.append("\(place): is none of the values")
                }
            case "const":
                if member.value != value { found.append("\(place): is another value") }
            case "required":
                for name in (member.value.array ?? []).compactMap(\.string) where value[name] == nil {
                    found.append("\(place)/\(name): is missing")
                }
            case "properties":
                for property in member.value.object ?? [] {
                    guard let inner = value[property.key] else { continue }
                    found += problems(inner, property.value, at: "\(place)/\(property.key)")
                }
            case "items":
                for (index, element) in (value.array ?? []).enumerated() {
                    found += problems(element, member.value, at: "\(place)/\(index)")
                }
            case "minimum":
                if let number = value.double, number < member.value.double ?? 0 {
                    found.append("\(place): is too small")
                }
            case "minLength":
                if let text = value.string, text.unicodeScalars.count < member.value.int ?? 0 {
                    found.append("\(place): is too short")
                }
            case "maxLength":
                if let text = value.string, text.unicodeScalars.count > member.value.int ?? 0 {
                    found.append("\(place): is too long")
                }
            case "minItems":
                if let items = value.array, items.count < member.value.int ?? 0 {
                    found.append("\(place): has too few")
                }
            case "maxItems":
                if let items = value.array, items.count > member.value.int ?? 0 {
                    found.append("\(place): has too many")
                }
            case "format" where member.value.string == "date-time":
                if let text = value.string, Timestamp(rfc3339: text) == nil {
                    found.append("\(place): is no time")
                }
            case "description", "default", "pattern", "maximum":
                break
            default:
                found.append("\(place): the schema has \(member.key), which nobody checks")
            }
        }
        return found
    }

    /// What a reference within the page stands for; null for one that leads nowhere.
    func resolve(_ reference: JSONValue) -> JSONValue {
        var place: JSONValue? = document
        for name in (reference.string ?? "").split(separator: "/").dropFirst() {
            place = place?[String(name)]
        }
        return place ?? .null
    }

    private func isOf(type: String, _ value: JSONValue) -> Bool {
        switch type {
        case "object": value.object != nil
        case "array": value.array != nil
        case "string": value.string != nil
        case "integer": value.int != nil
        case "number": value.double != nil
        case "boolean": value.bool != nil
        case "null": value == .null
        default: false
        }
    }
}
