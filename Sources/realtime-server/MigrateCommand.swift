import Glibc
import Realtime

/// `migrate`: brings the database up to date and ends.
enum MigrateCommand {
    static func run(_ flags: [String], _ environment: [String: String]) -> ExitCode {
        let configuration: ServerConfiguration
        do throws(InvalidConfiguration) {
            configuration = try ServerConfiguration.load(arguments: flags, environment: environment)
        } catch {
            for mistake in error.mistakes { Output.complain(mistake.description) }
            return .misused
        }
        Task.detached {
            let code = await migrate(configuration)
            exit(code.rawValue)
        }
        // The task ends the program.
        while true { pause() }
    }

    private static func migrate(_ configuration: ServerConfiguration) async -> ExitCode {
        do throws(ServerError) {
            let applied = try await RealtimeServer.migrate(configuration)
            Output.print(
                applied.isEmpty
                    ? "the database is up to date\n"
                    : "the database is up to date; applied: \(applied.map(String.init).joined(separator: ", "))\n"
            )
            return .done
        } catch {
            Output.complain(error.message)
            return ExitCode(error)
        }
    }
}
