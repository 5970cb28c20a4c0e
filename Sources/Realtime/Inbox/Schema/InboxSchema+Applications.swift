extension InboxSchema {
    /// What applications call in their own transactions, and how it is picked up.
    static let applications = #"""
        -- An id that sorts by time: 48 bits of milliseconds, then chance.
        create function realtime.new_id() returns uuid language sql volatile as $$
            select (lpad(to_hex((extract(epoch from clock_timestamp()) * 1000)::bigint), 12, '0')
                || substr(replace(gen_random_uuid()::text, '-', ''), 13))::uuid
        $$;

        -- For applications, in their own transactions: these users are notified if and only if the transaction commits.
        --
        --     begin;
        --     update invoices set paid = true where id = 114;
        --     select realtime.enqueue(array['ada', 'bob'], 'Invoice 114 is paid');
        --     commit;
        --
        -- What can't be sent is refused here, by an exception. Returns the notifications' ids, in the users' order.
        create function realtime.enqueue(
            users text[], title text, message text default '', level text default 'info', priority text default 'normal',
            data jsonb default null, ttl_seconds bigint default null, deliver_at timestamptz default null,
            collapse_key text default null, idempotency_key text default null
        ) returns text[] language plpgsql as $$
        declare
            levels constant text[] := array['info', 'success', 'warning', 'error'];
            priorities constant text[] := array['low', 'normal', 'high', 'urgent'];
            recipients constant text[] := array(
                select u from unnest(users) with ordinality x (u, n) group by u order by min(n));
            ids constant uuid[] := array(select realtime.new_id() from generate_series(1, cardinality(recipients)));
            written_at constant timestamptz := clock_timestamp();
        begin
            if cardinality(recipients) = 0 then raise 'users must not be empty' using errcode = '22023'; end if;
            if exists (
                select from unnest(recipients) u
                where u is null or octet_length(u) not between 1 and 256 or u ~ '[\x01-\x1f\x7f\u0080-\u009f]'
            ) then
                raise 'users must be 1 to 256 bytes each, without control characters' using errcode = '22023';
            end if;
            if title is null or octet_length(title) not between 1 and 1024 then
                raise 'title must be 1 to 1024 bytes' using errcode = '22023';
            end if;
            if message is null or octet_length(message) > 16384 then
                raise 'message must be at most 16384 bytes' using errcode = '22023';
            end if;
            if array_position(levels, level) is null then
                raise 'level must be info, success, warning or error' using errcode = '22023';
            end if;
            if array_position(priorities, priority) is null then
                raise 'priority must be low, normal, high or urgent' using errcode = '22023';
            end if;
            if octet_length(data::text) > 16384 then
                raise 'data must be at most 16384 bytes' using errcode = '22023';
            end if;
            if ttl_seconds not between 1 and 315360000 then
                raise 'ttl_seconds must be 1 to 315360000' using errcode = '22023';
            end if;
            if deliver_at not between '1970-01-01Z' and '9000-01-01Z' then
                raise 'deliver_at must be from 1970 to 9000' using errcode = '22023';
            end if;
            if octet_length(collapse_key) not between 1 and 256 then
                raise 'collapse_key must be 1 to 256 bytes' using errcode = '22023';
            end if;
            if octet_length(idempotency_key) not between 1 and 256 then
                raise 'idempotency_key must be 1 to 256 bytes' using errcode = '22023';
            end if;
            insert into realtime.outgoing (
                notification_ids, users, title, message, level, priority, data, collapse_key, idempotency_key,
                created_at, deliver_at, expires_at)
            values (
                ids, recipients, title, message, array_position(levels, level) - 1,
                array_position(priorities, priority) - 1, data::text, collapse_key, idempotency_key, written_at,
                enqueue.deliver_at, coalesce(enqueue.deliver_at, written_at) + make_interval(secs => ttl_seconds));
            return array(select 'ntf_' || replace(i::text, '-', '') from unnest(ids) i);
        end $$;

        -- The same for one user. Returns the notification's id.
        create function realtime.enqueue(
            user_id text, title text, message text default '', level text default 'info', priority text default 'normal',
            data jsonb default null, ttl_seconds bigint default null, deliver_at timestamptz default null,
            collapse_key text default null, idempotency_key text default null
        ) returns text language sql as $$
            select (realtime.enqueue(
                array[user_id], title, message, level, priority, data, ttl_seconds, deliver_at, collapse_key,
                idempotency_key))[1]
        $$;

        -- Accepts what applications have left. What accept() says of the users is the answer.
        create function realtime.collect(at timestamptz, key_age interval, most integer)
        returns table (user_id text, status smallint, seq bigint, phase smallint, unread integer, unseen integer,
            version bigint) language plpgsql as $$
        #variable_conflict use_column
        declare
            batch realtime.outgoing[];
            u_user text[];
            u_request integer[];
            u_id uuid[];
        begin
            with taken as (
                delete from realtime.outgoing o where o.id in (
                    select p.id from realtime.outgoing p order by p.id for update skip locked limit most)
                returning o.*
            )
            -- Two with one key are never in one batch: the later one waits behind the others.
            select array_agg(t order by t.id) into batch from taken t;
            if batch is null then return; end if;
            if exists (
                select from unnest(batch) b where b.idempotency_key is not null
                group by b.idempotency_key having count(*) > 1
            ) then
                insert into realtime.outgoing (
                    notification_ids, users, title, message, level, priority, data, collapse_key, idempotency_key,
                    created_at, deliver_at, expires_at)
                select b.notification_ids, b.users, b.title, b.message, b.level, b.priority, b.data, b.collapse_key,
                    b.idempotency_key, b.created_at, b.deliver_at, b.expires_at
                from unnest(batch) b
                where exists (
                    select from unnest(batch) c where c.idempotency_key = b.idempotency_key and c.id < b.id)
                order by b.id;
                batch := array(
                    select b from unnest(batch) b
                    where not exists (
                        select from unnest(batch) c where c.idempotency_key = b.idempotency_key and c.id < b.id)
                    order by b.id);
            end if;
            select array_agg(x.u order by b.n, x.m), array_agg(b.n::integer order by b.n, x.m),
                array_agg(b.notification_ids[x.m] order by b.n, x.m)
            into u_user, u_request, u_id
            from unnest(batch) with ordinality b (
                id, notification_ids, users, title, message, level, priority, data, collapse_key, idempotency_key,
                created_at, deliver_at, expires_at, n)
            cross join lateral unnest(b.users) with ordinality x (u, m);

            return query
            select u_user[a.place], a.status, a.seq, a.phase, a.unread, a.unseen, a.version
            from realtime.accept(
                at, key_age,
                array(select b.title from unnest(batch) b), array(select b.message from unnest(batch) b),
                array(select b.level from unnest(batch) b), array(select b.priority from unnest(batch) b),
                array(select b.data from unnest(batch) b), array(select 'database' from unnest(batch) b),
                array(select b.idempotency_key from unnest(batch) b),
                array(
                    select sha256(convert_to(
                        row(b.users, b.title, b.message, b.level, b.priority, b.data, b.collapse_key, b.deliver_at,
                            -- The time to live.
                            extract(epoch from b.expires_at - coalesce(b.deliver_at, b.created_at)))::text, 'UTF8'))
                    from unnest(batch) b),
                array(select b.collapse_key from unnest(batch) b), array(select b.created_at from unnest(batch) b),
                array(select b.deliver_at from unnest(batch) b), array(select b.expires_at from unnest(batch) b),
                u_request, u_user, u_id) a;
        end $$;

        -- Notes whose a task is now, and has that user told where it is news and there is something to tell. Says whether it
        -- is news.
        create function realtime.assign(
            at timestamptz, project text, task text, assignee text, title text, message text, data text
        ) returns boolean language plpgsql as $$
        begin
            insert into realtime.assignments as a (project_id, task_id, assignee_id, changed_at)
            values (project, task, assignee, at)
            on conflict on constraint assignments_pkey do update set assignee_id = assignee, changed_at = at
            where a.assignee_id <> assignee collate "C";
            if found and title is not null then
                insert into realtime.outgoing (
                    notification_ids, users, title, message, level, priority, data, created_at)
                values (array[realtime.new_id()], array[assignee], title, message, 0, 1, data, at);
                return true;
            end if;
            return found;
        end $$;

        -- Forgets what nobody asks for any more, a little at a time. Returns how much there was.
        create function realtime.forget(keys_before timestamptz, others_before timestamptz, most integer)
        returns bigint language sql as $$
            with keys as (
                delete from realtime.sends s where s.ctid = any (array(
                    select o.ctid from realtime.sends o where o.accepted_at < keys_before limit most))
                returning 1
            ), devices as (
                delete from realtime.devices d where d.ctid = any (array(
                    select o.ctid from realtime.devices o where o.last_seen_at < others_before limit most))
                returning 1
            ), assignments as (
                delete from realtime.assignments a where a.ctid = any (array(
                    select o.ctid from realtime.assignments o where o.changed_at < others_before limit most))
                returning 1
            )
            select (select count(*) from keys) + (select count(*) from devices) + (select count(*) from assignments)
        $$;
        """#
}
