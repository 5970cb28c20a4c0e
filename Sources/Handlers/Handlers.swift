// The event handlers that come with Realtime will live in this target, apart from the server that calls them, so
// that they can use only what an application's own handlers could use. The server has no events yet, and so
// this file is all there is.
