// What a user's connections hear of the inbox.

extension Hub {
    /// Something has changed in a user's inbox, and is on disk: whoever of theirs is connected is told. One who
    /// connects after this has been asked looks into the database for themselves, so nothing is posted for those who
    /// are away: that is most of whom notifications are for.
    func inboxChanged(of user: UserID, _ news: InboxNews) {
        guard crowd.mayHold(user) else { return }
        on(home(of: user)) { $0.user(user)?.inboxChanged(news) }
    }

    /// One of a user's devices has acknowledged notifications, and that is on disk. When this returns, none of its
    /// connections sends them any more, not even from a page that was read before.
    ///
    /// - Parameter known: how many of the user's connections have heard of it already.
    func acknowledged(
        _ acknowledgement: InboxAcknowledgement, by user: UserID, known: Int
    ) async throws(RealtimeError) {
        guard crowd.mayHold(user, moreThan: Int32(known)) else { return }
        // Behind all posts: one that has read such a page has said before that it is there.
        let connections = try await performBehindPosts(on: home(of: user)) {
            $0.user(user)?.connections ?? Few()
        }
        for (loop, connections) in connections.byLoop {
            try await perform(on: loop) { local in
                for connection in connections { local.receivers[connection]?.acknowledged(acknowledgement) }
            }
        }
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
        guard news.newest != nil || !news.released.isEmpty || news.isUncertain else { return }
        for (loop, connections) in connections.byLoop {
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
