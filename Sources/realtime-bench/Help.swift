/// What `--help` prints.
enum Help {
    static let text = """
        realtime-bench: a load generator for WebSocket servers and inboxes on this machine

        usage: realtime-bench SCENARIO ws://127.0.0.1:PORT/PATH [flags]

        scenarios
          echo     every connection sends a message and waits for it to come back
          idle     opens connections, leaves them alone, and reads the server's memory
          storm    opens and upgrades connections as fast as the server takes them
          fanout   one room; one member publishes, all the others receive
          rooms    many rooms of a few members each, one member of each publishing
          enqueue  callers post notifications over HTTP (here the URL is http://127.0.0.1:PORT)
          pages    callers ask for the newest page of a user's notifications and the counts (http:// too)
          inbox    notifications at a rate, to recipients who are connected and acknowledge
          inbox-storm  everybody comes back at once, and each has notifications waiting

        In the path {connection} and {room} become eight hex digits (rooms are filled in order, --members
        connections each), and {token} a line of --token-file, in turn.

        load
          --connections N      echo 500, idle 19000, storm 10000, inbox 1, inbox-storm 10000
          --rooms N            fanout 1, rooms 1000
          --members N          members of a room: fanout 1000, rooms 10
          --outstanding K      closed loop: messages on their way per connection (echo) or per room (default 1)
          --rate R             open loop instead: R messages or publishes a second in all; latency then counts
                               from when a message was due, not from when it could be sent
          --size BYTES         payload of a message that is sent (default 200)
          --warmup TIME        before measuring (default 1s)
          --duration TIME      of the measurement (default 5s)
          --messages N         end the measurement after N answers or deliveries per thread, if that is earlier
          --settle TIME        idle: from the last opening to the reading of memory (default 1s)

        notifications
          --service-token-file FILE   the token of the backend that posts
          --callers N          HTTP connections, one request on its way on each (enqueue 200, inbox 16, pages 1)
          --users N            enqueue and pages: whom it is for, user-00000000 and so on (default 10000); the other two
                               notify the users of their connections, whose tokens --token-file has in this order
          --idempotent         every post has an idempotency key
          --pending N          inbox-storm: how many wait for each user (default 10)
          --filled             inbox-storm: they wait already, as SQL wrote them
                               --rate is 200 for inbox; --size is the body's

        connections
          --concurrency N      handshakes on their way at once (default 256); inbox-storm: users who have not yet
                               had and acknowledged everything (default all)
          --open-timeout TIME  for opening all of them (default 60s)
          --sources N          spread over the source addresses 127.0.0.1 to 127.0.0.N (default 8)
          --dialect NAME       what is said after the upgrade and how one publishes:
                               plain       nothing is said, the path names the room (default)
                               realtime    wait for connect, join_room, message
                               centrifuge  the JSON commands of the Go library Centrifuge 0.15
                               idle and storm do what is said after the upgrade too, --members to a room
          --deliver WHOM       plain: all (the publisher too) or others (default)
          --token-file FILE    tokens for {token}, separated by white space

        measuring
          --server-pid PID     read CPU time and memory of this process and its descendants
          --pin CPU            run on this CPU; with --threads on this and the next ones
          --threads N          one event loop each (default 1)
          --json               one JSON object instead of the table

        exit code: 0 well; 1 the server failed or answered wrongly; 2 wrong usage

        """
}
