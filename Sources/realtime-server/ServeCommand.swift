import Glibc
import Handlers
import Realtime

/// `serve`: runs the server until a signal ends it.
enum ServeCommand {
    /// Does not return when the server has started: the process ends with it.
    static func run(_ flags: [String], _ environment: [String: String]) -> ExitCode {
        let configuration: ServerConfiguration
        do throws(InvalidConfiguration) {
            configuration = try ServerConfiguration.load(arguments: flags, environment: environment)
        } catch {
            for mistake in error.mistakes { Output.complain(mistake.description) }
            return .misused
        }
        // Before any thread begins, as threads inherit what is blocked: signals are for `Signals` alone.
        let signals = Signals()
        Task.detached {
            let code = await serve(configuration, until: signals)
            exit(code.rawValue)
        }
        signals.collect()
    }

    private static func serve(_ configuration: ServerConfiguration, until signals: Signals) async -> ExitCode
    {
        let log = Log.standardError(level: configuration.logging.level, format: configuration.logging.format)
        let server: RealtimeServer
        do throws(ServerError) {
            server = try await RealtimeServer.start(configuration, handlers: .builtIn(), log: log)
        } catch {
            Output.complain(error.message)
            return ExitCode(error)
        }
        // In one piece: who reads the first line alone may close the pipe after it.
        Output.print(
            "\(CommandLineTool.name) \(RealtimeVersion.current) listening on \(server.url)\n"
                + (configuration.isDevelopment ? DevelopmentHint.text(for: server) : ""))
        for await request in signals.requests {
            switch request {
            case .reload:
                server.reload()
            case .stop:
                log.info("stopping", ["connections": .integer(server.connectionCount)])
                // A second signal must not have to wait for the first one's work.
                Task.detached {
                    await server.stop()
                    log.info("stopped")
                    log.flush()
                    exit(ExitCode.done.rawValue)
                }
            case .stopNow:
                log.warning("stopped at once")
                log.flush()
                return .done
            }
        }
        return .done
    }
}
