/// A list that nearly always has one element, which then stands in the list itself; only for more does it
/// take memory of its own.
///
/// For what exists once per connection: with 100,000 of these, an array for each one's only element is
/// several megabytes of headers.
enum Few<Element> {
    case none
    case one(Element)
    /// Two or more.
    case many([Element])

    init() {
        self = .none
    }

    mutating func append(_ element: Element) {
        switch consume self {
        case .none: self = .one(element)
        case .one(let first): self = .many([first, element])
        case .many(var elements):
            elements.append(element)
            self = .many(elements)
        }
    }

    @discardableResult
    mutating func remove(at index: Int) -> Element {
        switch consume self {
        case .none: preconditionFailure("nothing to remove")
        case .one(let element):
            precondition(index == 0, "nothing at this position")
            self = .none
            return element
        case .many(var elements):
            let element = elements.remove(at: index)
            self = Few(elements)
            return element
        }
    }

    mutating func removeAll(where isRemoved: (Element) -> Bool) {
        switch consume self {
        case .none: self = .none
        case .one(let element): self = isRemoved(element) ? .none : .one(element)
        case .many(var elements):
            elements.removeAll(where: isRemoved)
            self = Few(elements)
        }
    }

    private init(_ elements: [Element]) {
        self =
            switch elements.count {
            case 0: .none
            case 1: .one(elements[0])
            default: .many(elements)
            }
    }
}

extension Few: RandomAccessCollection, MutableCollection {
    var startIndex: Int { 0 }

    var endIndex: Int {
        switch self {
        case .none: 0
        case .one: 1
        case .many(let elements): elements.count
        }
    }

    subscript(index: Int) -> Element {
        get {
            switch self {
            case .none: preconditionFailure("nothing at this position")
            case .one(let element):
                precondition(index == 0, "nothing at this position")
                return element
            case .many(let elements): return elements[index]
            }
        }
        set {
            switch consume self {
            case .none: preconditionFailure("nothing at this position")
            case .one:
                precondition(index == 0, "nothing at this position")
                self = .one(newValue)
            case .many(var elements):
                elements[index] = newValue
                self = .many(elements)
            }
        }
    }
}

extension Few: Sendable where Element: Sendable {}
