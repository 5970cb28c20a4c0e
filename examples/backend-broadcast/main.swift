import Foundation
import RealtimeClient

// A backend's process, beside the server: it creates a task, and tells one user that it is theirs.
let environment = ProcessInfo.processInfo.environment
guard let token = environment["REALTIME_TOKEN"] else {
    fatalError("set REALTIME_TOKEN to a token of scope service (see README.md)")
}
let realtime = try RealtimeClient(url: environment["REALTIME_URL"] ?? "http://127.0.0.1:8765", token: token)

let task = TaskCreated(taskID: "T-1", projectID: "project_7", title: "Water the plants", assigneeID: "bob")
let published = try await realtime.broadcastTaskUpdate(task)
print("\(task.taskID) is message \(published.messageID), number \(published.seq ?? 0) of \(task.projectID)")
