extension InboxSchema {
    /// The tables of the inbox.
    static let tables = #"""
        -- One row for each user who ever got a notification or connected: the user's sequence and counts.
        -- Whoever changes a notification of a user locks this row first, and several users' in the order of their names:
        -- that is what keeps sequences without holes, counts right, and transactions from waiting for each other in a circle.
        create table realtime.inboxes (
            user_id text collate "C" primary key,
            last_seq bigint not null default 0,
            -- All that was removed by age or number has a lower seq.
            kept_from bigint not null default 1,
            -- Of what is live and not archived.
            unread integer not null default 0,
            unseen integer not null default 0,
            -- Live, not archived, and not yet acknowledged by any device.
            pending integer not null default 0,
            -- Not scheduled and not archived.
            total integer not null default 0,
            -- Goes up whenever a count changes, so that of two the newer is known.
            version bigint not null default 0,
            -- Whether the user has ever connected, and what the last token said about rooms: a JSON object, null where
            -- it said nothing.
            is_known boolean not null default false,
            rooms text
        ) with (fillfactor = 70);

        create table realtime.notifications (
            user_id text collate "C" not null,
            seq bigint not null,
            notification_id uuid not null,
            -- 0 scheduled, 1 live, 2 expired, 3 superseded
            phase smallint not null,
            level smallint not null,
            -- 0 low, 1 normal, 2 high, 3 urgent
            priority smallint not null,
            title text not null,
            message text not null,
            -- JSON, byte for byte as it came
            data text,
            sender text,
            collapse_key text collate "C",
            created_at timestamptz not null,
            deliver_at timestamptz,
            expires_at timestamptz,
            superseded_by uuid,
            ended_at timestamptz,
            acknowledged_at timestamptz,
            seen_at timestamptz,
            read_at timestamptz,
            archived_at timestamptz,
            primary key (user_id, seq)
        ) with (fillfactor = 85);

        create unique index notifications_by_id on realtime.notifications (notification_id);
        create index notifications_urgent on realtime.notifications (user_id, seq) where priority = 3 and phase = 1;
        create index notifications_scheduled on realtime.notifications (deliver_at) where phase = 0;
        create index notifications_expiring on realtime.notifications (expires_at)
            where expires_at is not null and phase in (0, 1);
        create index notifications_collapsing on realtime.notifications (user_id, collapse_key, seq)
            where collapse_key is not null and phase in (0, 1);

        -- What each of a user's devices has acknowledged. The device of connections without a name is ''.
        create table realtime.devices (
            user_id text collate "C" not null,
            device_id text collate "C" not null,
            acknowledged int8multirange not null default '{}',
            first_seen_at timestamptz not null,
            last_seen_at timestamptz not null,
            primary key (user_id, device_id)
        ) with (fillfactor = 60);

        -- What was sent to which device. Written before it is sent.
        create table realtime.deliveries (
            user_id text collate "C" not null,
            seq bigint not null,
            device_id text collate "C" not null,
            attempts integer not null,
            first_sent_at timestamptz not null,
            last_sent_at timestamptz not null,
            acknowledged_at timestamptz,
            primary key (user_id, seq, device_id)
        ) with (fillfactor = 80);

        -- What senders said with an idempotency key, and what came of it.
        create table realtime.sends (
            sender text collate "C" not null,
            idempotency_key text collate "C" not null,
            fingerprint bytea not null,
            accepted_at timestamptz not null,
            notification_ids uuid[],
            seqs bigint[],
            primary key (sender, idempotency_key)
        ) with (fillfactor = 80);
        create index sends_by_age on realtime.sends using brin (accepted_at);

        -- What applications want sent, written in their own transactions.
        create table realtime.outgoing (
            id bigint generated always as identity primary key,
            notification_ids uuid[] not null,
            users text[] not null,
            title text not null,
            message text not null,
            level smallint not null,
            priority smallint not null,
            data text,
            collapse_key text,
            idempotency_key text,
            created_at timestamptz not null,
            deliver_at timestamptz,
            expires_at timestamptz
        );

        -- Whose each task is, as far as was heard.
        create table realtime.assignments (
            project_id text collate "C" not null,
            task_id text collate "C" not null,
            assignee_id text collate "C" not null,
            changed_at timestamptz not null,
            primary key (project_id, task_id)
        ) with (fillfactor = 80);
        create index assignments_by_age on realtime.assignments using brin (changed_at);

        -- Whose tokens, or which, no longer count.
        create table realtime.revocations (
            -- 0 a user's tokens, 1 one token by its id
            kind smallint not null,
            subject text collate "C" not null,
            -- One that ends and one that does not say different things of a user.
            ends boolean not null,
            since timestamptz not null,
            until timestamptz,
            primary key (kind, subject, ends)
        );
        """#
}
