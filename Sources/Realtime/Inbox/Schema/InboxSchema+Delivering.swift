extension InboxSchema {
    /// What is told of a notification that is to be sent: between the request's number and what is the device's, the
    /// columns of `NotificationColumns`.
    private static let due = """
        n integer, notification_id uuid, seq bigint, title text, message text, level smallint, priority smallint,
            created_at timestamptz, expires_at timestamptz, data text, is_read boolean, attempt integer
        """

    /// What is read of one for that.
    private static let read = """
        p.notification_id, p.seq, p.title, p.message, p.level, p.priority, p.created_at, p.expires_at, p.data,
                        p.read_at is not null as is_read
        """

    /// The answer, from what was read (`page`) and the attempts that were noted (`sent`).
    private static let answer = """
        select p.n::integer, p.notification_id, p.seq, p.title, p.message, p.level, p.priority, p.created_at,
                p.expires_at, p.data, p.is_read, s.attempts
            from page p
            join sent s on s.user_id = p.user_id and s.seq = p.seq and s.device_id = p.device_id
            order by p.n, p.seq;
        """

    /// How devices get what is pending, and acknowledge it.
    static let delivering = #"""
        -- How the inboxes of devices that have just connected stand, and the note of what their tokens say about rooms.
        -- last_seq is the last place that had been given when they connected, newest the last that has been given since.
        create function realtime.attach(d_user text[], d_device text[], d_rooms text[], d_at timestamptz[])
        returns table (n integer, last_seq bigint, newest bigint, has_pending boolean) language plpgsql as $$
        #variable_conflict use_column
        begin
            -- Most come with what is known already, and nothing is written for them.
            insert into realtime.inboxes as i (user_id, is_known, rooms)
            select distinct on (d.user_id) d.user_id, true, d.rooms
            from unnest(d_user, d_rooms) with ordinality d (user_id, rooms, n)
            where not exists (
                select from realtime.inboxes x
                where x.user_id = d.user_id collate "C" and x.is_known and x.rooms is not distinct from d.rooms)
            order by d.user_id, d.n desc
            on conflict on constraint inboxes_pkey do update set is_known = true, rooms = excluded.rooms;

            return query
            select d.n::integer, l.seq, i.last_seq, i.total > 0 and exists (
                select from unnest(
                    int8multirange(int8range(1, l.seq + 1)) - coalesce(e.acknowledged, '{}')
                ) gap
                join realtime.notifications m
                    on m.user_id = i.user_id and m.seq >= lower(gap) and m.seq < upper(gap)
                where m.phase = 1 and m.archived_at is null)
            from unnest(d_user, d_device, d_at) with ordinality d (user_id, device_id, at, n)
            join realtime.inboxes i on i.user_id = d.user_id collate "C"
            cross join lateral (
                select coalesce((
                    select m.seq from realtime.notifications m
                    where m.user_id = i.user_id and m.created_at < d.at order by m.seq desc limit 1), 0) as seq
            ) l
            left join realtime.devices e
                on e.user_id = d.user_id collate "C" and e.device_id = d.device_id collate "C";
        end $$;

        -- What is pending for devices after a position and up to another, a page for each, and the record that it is sent.
        -- kind: 0 urgent alone, 1 all others, 2 both. No two of one batch are for the same device.
        create function realtime.fetch(
            at timestamptz, f_user text[], f_device text[], f_after bigint[], f_upto bigint[], f_kind smallint[],
            f_limit integer[]
        ) returns table (
            \#(due)
        ) language plpgsql as $$
        #variable_conflict use_column
        begin
            return query
            with page as (
                select f.n, f.kind, f.user_id collate "C" as user_id, f.device_id collate "C" as device_id, m.*
                from unnest(f_user, f_device, f_after, f_upto, f_kind, f_limit)
                    with ordinality f (user_id, device_id, after, upto, kind, most, n)
                cross join lateral (
                    select \#(read)
                    from unnest(
                        int8multirange(int8range(f.after + 1, greatest(f.upto, f.after) + 1))
                        - coalesce((
                            select e.acknowledged from realtime.devices e
                            where e.user_id = f.user_id collate "C" and e.device_id = f.device_id collate "C"), '{}')
                    ) gap
                    join realtime.notifications p on p.user_id = f.user_id collate "C"
                        and p.seq >= lower(gap) and p.seq < upper(gap)
                    where p.phase = 1 and p.archived_at is null and (p.expires_at is null or p.expires_at > at)
                        and (f.kind = 2 or (p.priority = 3) = (f.kind = 0))
                    order by p.seq limit f.most
                ) m
            ), sent as (
                insert into realtime.deliveries as s (user_id, seq, device_id, attempts, first_sent_at, last_sent_at)
                select p.user_id, p.seq, p.device_id, 1, at, at from page p
                order by p.user_id, p.seq, p.device_id
                on conflict on constraint deliveries_pkey do update set
                    -- What is new goes to all connections of a device: that is once.
                    attempts = s.attempts + (
                        select (p.kind <> 2)::integer from page p
                        where p.user_id = excluded.user_id and p.seq = excluded.seq
                            and p.device_id = excluded.device_id),
                    last_sent_at = at
                returning s.user_id, s.seq, s.device_id, s.attempts
            )
            \#(answer)
        end $$;

        -- The same for certain places of a user's sequence: those of which nothing comes back are not pending any more.
        create function realtime.fetch_again(
            at timestamptz, f_user text[], f_device text[], s_request integer[], s_seq bigint[]
        ) returns table (
            \#(due)
        ) language plpgsql as $$
        #variable_conflict use_column
        begin
            return query
            with page as (
                select w.request as n, p.user_id, f_device[w.request] collate "C" as device_id,
                    \#(read)
                from unnest(s_request, s_seq) w (request, seq)
                join realtime.notifications p on p.user_id = f_user[w.request] collate "C" and p.seq = w.seq
                where p.phase = 1 and p.archived_at is null and (p.expires_at is null or p.expires_at > at)
                    and not exists (
                        select from realtime.devices e
                        where e.user_id = p.user_id and e.device_id = f_device[w.request] collate "C"
                            and e.acknowledged @> p.seq)
            ), sent as (
                insert into realtime.deliveries as s (user_id, seq, device_id, attempts, first_sent_at, last_sent_at)
                select p.user_id, p.seq, p.device_id, 1, at, at from page p
                order by p.user_id, p.seq, p.device_id
                on conflict on constraint deliveries_pkey do update set attempts = s.attempts + 1, last_sent_at = at
                returning s.user_id, s.seq, s.device_id, s.attempts
            )
            \#(answer)
        end $$;

        -- Acknowledgements of devices. Ids that are not the user's, or that nobody knows, change nothing. Returns how many
        -- of what was sent to the device a request has acknowledged, where there are some.
        create function realtime.acknowledge(
            at timestamptz, d_user text[], d_device text[], i_request integer[], i_id uuid[], max_devices integer
        ) returns table (n integer, acknowledged integer) language plpgsql as $$
        #variable_conflict use_column
        begin
            perform from realtime.inboxes i
            where i.user_id in (select u collate "C" from unnest(d_user) u) order by i.user_id for update;

            return query
            with named as (
                select a.request, m.user_id, d_device[a.request] collate "C" as device_id, m.seq, m.phase,
                    m.archived_at, m.acknowledged_at
                from (select distinct request, id from unnest(i_request, i_id) x (request, id)) a
                join realtime.notifications m
                    on m.notification_id = a.id and m.user_id = d_user[a.request] collate "C"
                where m.phase = 1 and (m.expires_at is null or m.expires_at > at)
            ), kept as (
                insert into realtime.devices as e (user_id, device_id, acknowledged, first_seen_at, last_seen_at)
                select c.user_id, c.device_id, range_agg(int8range(c.seq, c.seq + 1)), at, at
                from named c group by c.user_id, c.device_id order by c.user_id, c.device_id
                on conflict on constraint devices_pkey do update set
                    acknowledged = e.acknowledged + excluded.acknowledged, last_seen_at = at
            ), told as (
                update realtime.deliveries s set acknowledged_at = at
                from named c
                where s.user_id = c.user_id and s.seq = c.seq and s.device_id = c.device_id
                    and s.acknowledged_at is null
                returning c.request
            ), first_time as (
                update realtime.notifications m set acknowledged_at = at
                from (
                    select distinct c.user_id, c.seq, c.archived_at is null as counts
                    from named c where c.acknowledged_at is null
                ) c
                where m.user_id = c.user_id and m.seq = c.seq
                returning m.user_id, c.counts
            ), counted as (
                update realtime.inboxes i set pending = i.pending - f.counted
                from (
                    select t.user_id, count(*) filter (where t.counts) as counted from first_time t group by t.user_id
                ) f
                where i.user_id = f.user_id and f.counted > 0
            )
            select t.request, count(*)::integer from told t group by t.request;

            -- A client may call itself anything each time: the devices that were not heard of for longest make room.
            delete from realtime.devices e using (
                select o.user_id, o.device_id from (
                    select p.user_id, p.device_id,
                        row_number() over (partition by p.user_id order by p.last_seen_at desc, p.device_id) as nth
                    from realtime.devices p
                    where p.user_id in (
                        select v.user_id from realtime.devices v
                        where v.first_seen_at = at and v.user_id in (select u collate "C" from unnest(d_user) u))
                ) o where o.nth > max_devices
            ) surplus
            where e.user_id = surplus.user_id and e.device_id = surplus.device_id;
        end $$;
        """#
}
