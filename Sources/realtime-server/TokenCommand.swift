import Realtime

/// `token`: a token on standard output, and nothing else there.
enum TokenCommand {
    static func run(_ flags: [String], _ environment: [String: String]) -> ExitCode {
        do throws(InvalidConfiguration) {
            return print(try TokenCommandLine(arguments: flags, environment: environment))
        } catch {
            for mistake in error.mistakes { Output.complain(mistake.description) }
            return .misused
        }
    }

    private static func print(_ order: TokenCommandLine) -> ExitCode {
        do throws(ServerError) {
            Output.print(try order.token() + "\n")
            return .done
        } catch {
            Output.complain(error.message)
            return ExitCode(error)
        }
    }
}
