import Glibc

let exitCode = CommandLineTool(environment: .ofThisProcess).run(Array(CommandLine.arguments.dropFirst()))
exit(exitCode.rawValue)
