extension InboxSchema {
    /// How notifications are accepted.
    static let accepting = #"""
        -- Accepts a batch of requests, each for one or more users, in one transaction: gives every notification its place in
        -- its user's sequence. Requests with an idempotency key that was used before change nothing.
        --
        -- Requests are numbered from 1; no two of one batch have the same sender and key. Recipients name their request;
        -- `place` in the answer counts recipients from 1. status: 0 accepted, 1 sent before, 2 the key was
        -- used for another body, 3 no answer but newer counts of that recipient.
        create function realtime.accept(
            at timestamptz, key_age interval,
            r_title text[], r_message text[], r_level smallint[], r_priority smallint[], r_data text[],
            r_sender text[], r_key text[], r_fingerprint bytea[], r_collapse text[],
            r_created timestamptz[], r_deliver timestamptz[], r_expires timestamptz[],
            u_request integer[], u_user text[], u_id uuid[]
        ) returns table (
            place integer, status smallint, notification_id uuid, seq bigint, phase smallint,
            unread integer, unseen integer, version bigint
        ) language plpgsql as $$
        #variable_conflict use_column
        declare
            has_keys constant boolean := exists (select from unnest(r_key) k where k is not null);
            has_collapse constant boolean := exists (select from unnest(r_collapse) k where k is not null);
            -- The requests that are new; null stands for all.
            fresh integer[];
        begin
            if has_keys then
                with claimed as (
                    insert into realtime.sends as s (sender, idempotency_key, fingerprint, accepted_at)
                    select r.sender, r.key, r.fingerprint, at
                    from unnest(r_sender, r_key, r_fingerprint) r (sender, key, fingerprint)
                    where r.key is not null
                    order by r.sender, r.key
                    on conflict on constraint sends_pkey do update
                        set fingerprint = excluded.fingerprint, accepted_at = excluded.accepted_at,
                            notification_ids = null, seqs = null
                        where s.accepted_at < at - key_age
                    returning s.sender, s.idempotency_key
                )
                select array_agg(r.n::integer) into fresh
                from unnest(r_sender, r_key) with ordinality r (sender, key, n)
                where r.key is null
                    or exists (select from claimed c where c.sender = r.sender and c.idempotency_key = r.key);
                fresh := coalesce(fresh, '{}');
            end if;

            return query
            with recipient as (
                select u.place::integer, u.request, u.user_id collate "C" as user_id, u.id,
                    row_number() over (partition by u.user_id collate "C" order by u.place) as nth
                from unnest(u_request, u_user, u_id) with ordinality u (request, user_id, id, place)
                where fresh is null or u.request = any (fresh)
            ), request as (
                select * from unnest(
                    r_title, r_message, r_level, r_priority, r_data, r_sender, r_key, r_collapse, r_created, r_deliver,
                    r_expires
                ) with ordinality r (
                    title, message, level, priority, data, sender, key, collapse, created, deliver, expires, n)
            ), tally as (
                select u.user_id, count(*) as all_of_it,
                    (count(*) filter (where r.deliver is null or r.deliver <= at))::integer as live
                from recipient u join request r on r.n = u.request
                group by u.user_id
            ), inbox as (
                insert into realtime.inboxes as i (user_id, last_seq, unread, unseen, pending, total, version)
                select t.user_id, t.all_of_it, t.live, t.live, t.live, t.live, 1 from tally t order by t.user_id
                \#(addToInbox)
            ), numbered as (
                select u.place, u.request, u.user_id, u.id, i.last_seq - t.all_of_it + u.nth as seq,
                    (case when r.deliver is null or r.deliver <= at then 1 else 0 end)::smallint as phase,
                    i.unread, i.unseen, i.version,
                    r.title, r.message, r.level, r.priority, r.data, r.sender, r.key, r.collapse, r.created, r.deliver,
                    r.expires
                from recipient u
                join request r on r.n = u.request
                join tally t on t.user_id = u.user_id
                join inbox i on i.user_id = u.user_id
            ), written as (
                insert into realtime.notifications (
                    user_id, seq, notification_id, phase, level, priority, title, message, data, sender, collapse_key,
                    created_at, deliver_at, expires_at)
                select n.user_id, n.seq, n.id, n.phase, n.level, n.priority, n.title, n.message, n.data, n.sender,
                    n.collapse, coalesce(n.created, at), n.deliver, n.expires
                from numbered n
            ), remembered as (
                update realtime.sends s set notification_ids = g.ids, seqs = g.seqs
                from (
                    select n.sender, n.key, array_agg(n.id order by n.place) as ids,
                        array_agg(n.seq order by n.place) as seqs
                    from numbered n where n.key is not null group by n.sender, n.key
                ) g
                where has_keys and s.sender = g.sender and s.idempotency_key = g.key
            )
            select n.place, 0::smallint, n.id, n.seq, n.phase, n.unread, n.unseen, n.version from numbered n;

            if has_collapse then
                perform realtime.supersede(at, array_agg(u.id))
                from unnest(u_request, u_id) u (request, id)
                where (fresh is null or u.request = any (fresh)) and r_collapse[u.request] is not null;
                -- The counts have changed once more.
                return query
                select u.place, 3::smallint, null::uuid, null::bigint, null::smallint, i.unread, i.unseen, i.version
                from (
                    select v.user_id, min(v.place)::integer as place
                    from unnest(u_request, u_user) with ordinality v (request, user_id, place)
                    where (fresh is null or v.request = any (fresh)) and r_collapse[v.request] is not null
                    group by v.user_id
                ) u
                join realtime.inboxes i on i.user_id = u.user_id;
            end if;

            if has_keys and cardinality(fresh) < cardinality(r_key) then
                return query
                select u.place::integer,
                    (case when s.fingerprint = r_fingerprint[u.request] then 1 else 2 end)::smallint,
                    s.notification_ids[u.nth], s.seqs[u.nth], null::smallint, null::integer, null::integer, null::bigint
                from (
                    select v.*, row_number() over (partition by v.request order by v.place) as nth
                    from unnest(u_request) with ordinality v (request, place)
                    where v.request <> all (fresh)
                ) u
                join realtime.sends s on s.sender = r_sender[u.request] and s.idempotency_key = r_key[u.request];
            end if;
        end $$;

        -- Ends what newer notifications take the place of: older ones of the same user and collapse key. Scheduled ones
        -- take nobody's place before they are due. Called with the users' inboxes locked.
        create function realtime.supersede(at timestamptz, newer uuid[]) returns void language plpgsql as $$
        begin
            with latest as (
                select distinct on (n.user_id, n.collapse_key) n.user_id, n.collapse_key, n.seq, n.notification_id
                from realtime.notifications n
                where n.notification_id = any (newer) and n.phase = 1 and n.collapse_key is not null
                order by n.user_id, n.collapse_key, n.seq desc
            ), older as (
                select o.user_id, o.seq, o.phase, o.archived_at, o.read_at, o.seen_at, o.acknowledged_at,
                    l.notification_id as successor
                from latest l
                join realtime.notifications o on o.user_id = l.user_id and o.collapse_key = l.collapse_key
                    and o.seq < l.seq and o.phase in (0, 1)
            ), ended as (
                update realtime.notifications n set phase = 3, superseded_by = o.successor, ended_at = at
                from older o where n.user_id = o.user_id and n.seq = o.seq
            ), change as (
                select o.user_id,
                    \#(counts(of: "o")),
                    count(*) filter (where o.phase = 0 and o.archived_at is null) as revealed
                from older o group by o.user_id
            )
            \#(deductEnded);
        end $$;
        """#
}
