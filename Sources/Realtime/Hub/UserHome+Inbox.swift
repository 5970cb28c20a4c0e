// What a user's connections hear of the inbox.

extension Hub {
    /// Something has changed in a user's inbox, and is on disk: whoever of theirs is connected is told. One who
    /// connects after this has been asked looks into the database for themselves, so nothing is posted for those who
    /// are away: that is most of whom notifications are for.
    func inboxChanged(of user: UserID, _ news: InboxNews) {
        guard crowd.mayHold(user) else { return }
        on(home(of: user)) { $0.user(user)?.inboxChanged(news) }
    }

    /// A loop can ask about inboxes, for the first time or again: its connections have not heard of what happened
    /// meanwhile.
    func inboxReady(on loop: Int) {
        on(loop) { shard in
            for receiver in shard.receivers.values { receiver.inboxChanged(InboxNews(isUncertain: true)) }
        }
    }
}

extension UserHome {
    func inboxChanged(_ news: InboxNews) {
        let connections = connections
        guard !connections.isEmpty else { return }
        // Two statements may be answered in another order than they were done in: the newer counts stand.
        if let counts = news.counts, counts.version > countsVersion {
            countsVersion = counts.version
            tell(counts, to: connections)
        }
        // The connection that an acknowledgement came by knows of it.
        let isAcknowledged = news.acknowledged != nil && connections.count > 1
        guard news.newest != nil || !news.released.isEmpty || news.isUncertain || isAcknowledged else {
            return
        }
        var loops: [Int: Few<ConnectionID>] = [:]
        for connection in connections { loops[connection.loop, default: Few()].append(connection) }
        for (loop, connections) in loops {
            shard.hub.on(loop) { local in
                for connection in connections { local.receivers[connection]?.inboxChanged(news) }
            }
        }
    }

    private func tell(_ counts: InboxCounts, to connections: Few<ConnectionID>) {
        let head = shard.head(at: shard.time.date)
        let frame = shard.sharedMessage { message in
            message.appendEnvelope(type: "notification_counts", head) { data in
                data.int("unread", counts.unread)
                data.int("unseen", counts.unseen)
            }
        }
        shard.post(frame, to: connections)
    }
}
