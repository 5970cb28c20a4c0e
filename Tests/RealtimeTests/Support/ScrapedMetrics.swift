import Testing

@testable import Realtime

/// The page `/metrics`, read as Prometheus reads it.
struct ScrapedMetrics {
    struct Family {
        var kind: String
        var samples: [String: Double] = [:]
    }

    var families: [String: Family] = [:]

    init(_ text: String) throws {
        var described = ""
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ", omittingEmptySubsequences: false)
            if line.hasPrefix("# HELP ") {
                described = String(words[2])
                #expect(words.count > 4, "\(line)")
            } else if line.hasPrefix("# TYPE ") {
                #expect(words.count == 4)
                #expect(String(words[2]) == described, "help comes first")
                #expect(families[described] == nil, "\(described) is there twice")
                families[described] = Family(kind: String(words[3]))
            } else {
                let value = try #require(words.last.flatMap { Double($0) }, "\(line)")
                let series = line.dropLast(words.last!.count + 1)
                let name = series.prefix { $0 != "{" }
                #expect(String(name) == described, "\(line) stands below another family")
                #expect(families[described]?.samples[String(series)] == nil, "\(line) is there twice")
                families[described]?.samples[String(series)] = value
            }
        }
        #expect(text.hasSuffix("\n"))
    }

    subscript(series: String) -> Double? {
        families[String(series.prefix { $0 != "{" })]?.samples[series]
    }
}

extension RealtimeServer {
    /// What it says of itself now.
    func metrics() throws -> ScrapedMetrics {
        let answer = try TestBackend(port: port).get("/metrics")
        #expect(answer.status == 200)
        #expect(answer.hasField("Content-Type: text/plain; version=0.0.4; charset=utf-8"))
        return try ScrapedMetrics(answer.body)
    }
}
