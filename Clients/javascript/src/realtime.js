// The client's front door.

export {}
