/// A task has been created.
public struct TaskCreated: TaskEvent {
    /// `task_created`.
    public static let eventType = "task_created"

    /// Which task.
    public var taskID: String
    /// The project, and so the room that hears of it.
    public var projectID: String
    /// What the task is called.
    public var title: String?
    /// How far it is, in the application's own words.
    public var status: String?
    /// Whose it is.
    public var assigneeID: String?
    /// The user who did it, where a backend says it for them: nobody is notified of what they did themselves.
    public var changedBy: String?

    enum CodingKeys: String, CodingKey {
        case taskID = "task_id"
        case projectID = "project_id"
        case title, status
        case assigneeID = "assignee_id"
        case changedBy = "changed_by"
    }

    /// Makes the event.
    public init(
        taskID: String, projectID: String, title: String? = nil, status: String? = nil,
        assigneeID: String? = nil, changedBy: String? = nil
    ) {
        self.taskID = taskID
        self.projectID = projectID
        self.title = title
        self.status = status
        self.assigneeID = assigneeID
        self.changedBy = changedBy
    }
}

/// Something about a task has changed.
public struct TaskUpdated: TaskEvent {
    /// `task_updated`.
    public static let eventType = "task_updated"

    /// Which task.
    public var taskID: String
    /// The project, and so the room that hears of it.
    public var projectID: String
    /// What the task is called now.
    public var title: String?
    /// How far it is, in the application's own words.
    public var status: String?
    /// Whose it is now.
    public var assigneeID: String?
    /// The user who did it, where a backend says it for them.
    public var changedBy: String?

    enum CodingKeys: String, CodingKey {
        case taskID = "task_id"
        case projectID = "project_id"
        case title, status
        case assigneeID = "assignee_id"
        case changedBy = "changed_by"
    }

    /// Makes the event.
    public init(
        taskID: String, projectID: String, title: String? = nil, status: String? = nil,
        assigneeID: String? = nil, changedBy: String? = nil
    ) {
        self.taskID = taskID
        self.projectID = projectID
        self.title = title
        self.status = status
        self.assigneeID = assigneeID
        self.changedBy = changedBy
    }
}

/// A task has gone from one status to another.
public struct TaskStatusChanged: TaskEvent {
    /// `task_status_changed`.
    public static let eventType = "task_status_changed"

    /// Which task.
    public var taskID: String
    /// The project, and so the room that hears of it.
    public var projectID: String
    /// How far it was.
    public var oldStatus: String?
    /// How far it is now.
    public var newStatus: String?
    /// Whose it is.
    public var assigneeID: String?
    /// The user who did it, where a backend says it for them.
    public var changedBy: String?

    enum CodingKeys: String, CodingKey {
        case taskID = "task_id"
        case projectID = "project_id"
        case oldStatus = "old_status"
        case newStatus = "new_status"
        case assigneeID = "assignee_id"
        case changedBy = "changed_by"
    }

    /// Makes the event.
    public init(
        taskID: String, projectID: String, oldStatus: String? = nil, newStatus: String? = nil,
        assigneeID: String? = nil, changedBy: String? = nil
    ) {
        self.taskID = taskID
        self.projectID = projectID
        self.oldStatus = oldStatus
        self.newStatus = newStatus
        self.assigneeID = assigneeID
        self.changedBy = changedBy
    }
}

/// A task is gone.
public struct TaskDeleted: TaskEvent {
    /// `task_deleted`.
    public static let eventType = "task_deleted"

    /// Which task.
    public var taskID: String
    /// The project, and so the room that hears of it.
    public var projectID: String
    /// The user who did it, where a backend says it for them.
    public var changedBy: String?

    enum CodingKeys: String, CodingKey {
        case taskID = "task_id"
        case projectID = "project_id"
        case changedBy = "changed_by"
    }

    /// Makes the event.
    public init(taskID: String, projectID: String, changedBy: String? = nil) {
        self.taskID = taskID
        self.projectID = projectID
        self.changedBy = changedBy
    }
}
