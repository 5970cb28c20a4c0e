extension InboxSchema {
    // What several of the functions and statements do with a user's row in `inboxes`.

    /// Of an insert into `inboxes as i` with as many places and counts as there are new notifications: users who are
    /// known get so many more. Returns how their rows stand then.
    static let addToInbox = """
        on conflict on constraint inboxes_pkey do update set
                    last_seq = i.last_seq + excluded.last_seq, unread = i.unread + excluded.unread,
                    unseen = i.unseen + excluded.unseen, pending = i.pending + excluded.pending,
                    total = i.total + excluded.total, version = i.version + 1
                returning i.user_id, i.last_seq, i.unread, i.unseen, i.version
        """

    /// How many of some notifications, as they were, count as unread, unseen and pending.
    static func counts(of alias: String) -> String {
        [("read_at", "unread"), ("seen_at", "unseen"), ("acknowledged_at", "pending")].map { mark, count in
            "count(*) filter (where \(alias).phase = 1 and \(alias).archived_at is null "
                + "and \(alias).\(mark) is null) as \(count)"
        }.joined(separator: ",\n                    ")
    }

    /// Takes what has ended (`change`) from the counts of its users. What was scheduled and never shown is in lists
    /// from now on.
    static let deductEnded = """
        update realtime.inboxes i set unread = i.unread - c.unread, unseen = i.unseen - c.unseen,
                pending = i.pending - c.pending, total = i.total + c.revealed, version = i.version + 1
            from change c where i.user_id = c.user_id
        """
}
