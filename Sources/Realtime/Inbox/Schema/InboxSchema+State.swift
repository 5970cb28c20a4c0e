extension InboxSchema {
    /// What becomes of notifications later: marks, expiry, release, removal.
    static let state = #"""
        -- What a user says of their notifications: 0 seen, 1 read, 2 unread, 3 archived, 4 not archived. Of some, or (null)
        -- of all: all that are not archived, and for 4 all that are. Ids that are not the user's change nothing.
        create function realtime.mark(at timestamptz, whose text, what smallint, ids uuid[])
        returns table (changed integer, unread integer, unseen integer, version bigint) language plpgsql as $$
        #variable_conflict use_column
        begin
            perform from realtime.inboxes i where i.user_id = whose collate "C" for update;

            return query
            with before as (
                select m.user_id, m.seq, m.phase, m.seen_at, m.read_at, m.archived_at, m.acknowledged_at
                from realtime.notifications m
                where m.user_id = whose collate "C" and m.phase <> 0
                    and (case when ids is null then (m.archived_at is not null) = (what = 4)
                        else m.notification_id = any (ids) end)
                    and (case what
                        when 0 then m.seen_at is null
                        when 1 then m.read_at is null
                        when 2 then m.read_at is not null
                        when 3 then m.archived_at is null
                        else m.archived_at is not null end)
            ), after as (
                update realtime.notifications m set
                    seen_at = case when what in (0, 1) then coalesce(m.seen_at, at) else m.seen_at end,
                    read_at = case what when 1 then at when 2 then null else m.read_at end,
                    archived_at = case what when 3 then at when 4 then null else m.archived_at end
                from before b where m.user_id = b.user_id and m.seq = b.seq
                returning m.phase, m.seen_at, m.read_at, m.archived_at, m.acknowledged_at,
                    b.seen_at as old_seen_at, b.read_at as old_read_at, b.archived_at as old_archived_at
            ), change as (
                select count(*)::integer as changed,
                    coalesce(sum((a.phase = 1 and a.archived_at is null and a.read_at is null)::integer
                        - (a.phase = 1 and a.old_archived_at is null and a.old_read_at is null)::integer), 0)::integer
                        as unread,
                    coalesce(sum((a.phase = 1 and a.archived_at is null and a.seen_at is null)::integer
                        - (a.phase = 1 and a.old_archived_at is null and a.old_seen_at is null)::integer), 0)::integer
                        as unseen,
                    coalesce(sum((a.phase = 1 and a.acknowledged_at is null)::integer
                        * ((a.archived_at is null)::integer - (a.old_archived_at is null)::integer)), 0)::integer
                        as pending,
                    coalesce(sum((a.archived_at is null)::integer - (a.old_archived_at is null)::integer), 0)::integer
                        as total
                from after a
            )
            update realtime.inboxes i set unread = i.unread + c.unread, unseen = i.unseen + c.unseen,
                pending = i.pending + c.pending, total = i.total + c.total,
                version = i.version + (case when c.unread <> 0 or c.unseen <> 0 then 1 else 0 end)
            from change c where i.user_id = whose collate "C"
            returning c.changed, i.unread, i.unseen, i.version;
        end $$;

        -- Ends what is past its time, of a few users at once. Returns whose that was, how their counts stand now, and how
        -- many have ended.
        create function realtime.expire(at timestamptz, most integer)
        returns table (user_id text, unread integer, unseen integer, version bigint, ended integer)
        language plpgsql as $$
        #variable_conflict use_column
        declare
            due constant text[] := array(
                select distinct d.user_id from (
                    select m.user_id from realtime.notifications m
                    where m.expires_at is not null and m.phase in (0, 1) and m.expires_at <= at
                    order by m.expires_at limit most
                ) d);
        begin
            if cardinality(due) = 0 then return; end if;
            return query
            with mine as (
                select i.user_id from realtime.inboxes i where i.user_id = any (due) order by i.user_id
                for update skip locked
            ), overdue as (
                select m.user_id, m.seq, m.phase, m.archived_at, m.read_at, m.seen_at, m.acknowledged_at
                from mine i join realtime.notifications m on m.user_id = i.user_id
                where m.expires_at is not null and m.phase in (0, 1) and m.expires_at <= at
                limit most
            ), closed as (
                update realtime.notifications m set phase = 2, ended_at = at
                from overdue o where m.user_id = o.user_id and m.seq = o.seq
            ), change as (
                select o.user_id, count(*)::integer as ended,
                    \#(counts(of: "o")),
                    count(*) filter (where o.phase = 0 and o.archived_at is null) as revealed
                from overdue o group by o.user_id
            )
            \#(deductEnded)
            returning i.user_id, i.unread, i.unseen, i.version, c.ended;
        end $$;

        -- Makes live what was scheduled and is due, of a few users at once. Returns what became live, with the counts.
        create function realtime.release(at timestamptz, most integer)
        returns table (user_id text, seq bigint, unread integer, unseen integer, version bigint) language plpgsql as $$
        #variable_conflict use_column
        declare
            due constant text[] := array(
                select distinct d.user_id from (
                    select m.user_id from realtime.notifications m
                    where m.phase = 0 and m.deliver_at <= at order by m.deliver_at limit most
                ) d);
            released uuid[];
        begin
            if cardinality(due) = 0 then return; end if;
            with mine as (
                select i.user_id from realtime.inboxes i where i.user_id = any (due) order by i.user_id
                for update skip locked
            ), ready as (
                select m.user_id, m.seq from mine i join realtime.notifications m on m.user_id = i.user_id
                where m.phase = 0 and m.deliver_at <= at and (m.expires_at is null or m.expires_at > at)
                limit most
            ), live as (
                update realtime.notifications m set phase = 1
                from ready r where m.user_id = r.user_id and m.seq = r.seq
                returning m.user_id, m.notification_id
            ), change as (
                select l.user_id, count(*)::integer as count from live l group by l.user_id
            ), counted as (
                update realtime.inboxes i set unread = i.unread + c.count, unseen = i.unseen + c.count,
                    pending = i.pending + c.count, total = i.total + c.count, version = i.version + 1
                from change c where i.user_id = c.user_id
            )
            select array_agg(l.notification_id) into released from live l;
            if released is null then return; end if;
            perform realtime.supersede(at, released);
            return query
            select m.user_id, m.seq, i.unread, i.unseen, i.version
            from realtime.notifications m join realtime.inboxes i on i.user_id = m.user_id
            where m.notification_id = any (released) order by m.user_id, m.seq;
        end $$;

        -- Removes what is older than a moment, and what a user has more of than they may keep, of a few users at once:
        -- those after a name, in the order of names. Returns all that were looked at; the counts where they have changed.
        create function realtime.trim(
            after text, users integer, oldest timestamptz, most integer
        ) returns table (user_id text, removed integer, unread integer, unseen integer, version bigint) language plpgsql as $$
        #variable_conflict use_column
        begin
            return query
            with looked_at as (
                select i.user_id, i.last_seq, i.kept_from from realtime.inboxes i
                where i.user_id > after collate "C" order by i.user_id limit users
            ), surplus as (
                select l.user_id, greatest(
                    l.last_seq - most + 1,
                    coalesce((
                        select m.seq from realtime.notifications m
                        where m.user_id = l.user_id and m.created_at >= oldest order by m.seq limit 1
                    ), l.last_seq + 1)) as keep_from
                from looked_at l
            ), mine as (
                select i.user_id, s.keep_from from surplus s join realtime.inboxes i on i.user_id = s.user_id
                where i.kept_from < s.keep_from
                order by i.user_id for update of i skip locked
            ), gone as (
                -- What is yet to come stays, however long ago it was written.
                delete from realtime.notifications m using mine s
                where m.user_id = s.user_id and m.seq < s.keep_from and m.phase <> 0
                returning m.user_id, m.phase, m.archived_at, m.read_at, m.seen_at, m.acknowledged_at
            ), sent as (
                delete from realtime.deliveries d using mine s where d.user_id = s.user_id and d.seq < s.keep_from
            ), compacted as (
                -- Nobody asks any more what lies below.
                update realtime.devices e
                set acknowledged = e.acknowledged + int8multirange(int8range(1, coalesce((
                    select min(m.seq) from realtime.notifications m
                    where m.user_id = s.user_id and m.seq < s.keep_from and m.phase = 0), s.keep_from)))
                from mine s where e.user_id = s.user_id
            ), change as (
                select s.user_id, s.keep_from, count(g.user_id)::integer as removed,
                    \#(counts(of: "g")),
                    count(*) filter (where g.user_id is not null and g.archived_at is null) as total
                from mine s left join gone g on g.user_id = s.user_id
                group by s.user_id, s.keep_from
            ), counted as (
                update realtime.inboxes i set kept_from = c.keep_from, unread = i.unread - c.unread,
                    unseen = i.unseen - c.unseen, pending = i.pending - c.pending, total = i.total - c.total,
                    version = i.version + 1
                from change c where i.user_id = c.user_id
                returning i.user_id, c.removed, i.unread, i.unseen, i.version
            )
            select l.user_id, coalesce(c.removed, 0), c.unread, c.unseen, c.version
            from looked_at l left join counted c on c.user_id = l.user_id
            order by l.user_id;
        end $$;
        """#
}
