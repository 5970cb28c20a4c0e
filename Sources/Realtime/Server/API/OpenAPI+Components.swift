// The forms of what is asked and answered.

extension OpenAPI {
    static let parameters = #"""
        {
              \#(clientParameters)
              "IdempotencyKey": {
                "name": "Idempotency-Key", "in": "header",
                "description": "What counts as the `message_id` where the body has none.",
                "schema": {"$ref": "#/components/schemas/MessageID"}
              },
              "NotificationID": {
                "name": "notification_id", "in": "path", "required": true,
                "schema": {"$ref": "#/components/schemas/NotificationID"}
              },
              "RoomID": {
                "name": "room_id", "in": "path", "required": true, "description": "Percent-encoded.",
                "schema": {"$ref": "#/components/schemas/ID"}
              },
              "UserID": {
                "name": "user_id", "in": "path", "required": true, "description": "Percent-encoded.",
                "schema": {"$ref": "#/components/schemas/ID"}
              }
            }
        """#

    static let responses = #"""
        {
              \#(clientResponses)
              "Malformed": {
                "description": "`malformed`: something is missing or wrong, and the message names it.",
                "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
              },
              "Unauthenticated": {
                "description": "`unauthenticated`: there is no token, or none that counts.",
                "headers": {"WWW-Authenticate": {"schema": {"type": "string"}}},
                "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
              },
              "Forbidden": {
                "description": "`forbidden`: the token has not the scope `service`.",
                "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
              },
              "NotFound": {
                "description": "`room_not_found` or `not_found`: there is no such thing.",
                "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
              },
              "Conflict": {
                "description": "`conflict`: the same id was used for something else, or it can't be done as things are.",
                "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
              },
              "TooLarge": {
                "description": "`too_large`: the body is larger than is taken, 1 MiB unless configured otherwise.",
                "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
              },
              "Failed": {
                "description": "`handler_failed`: what should have handled it failed.",
                "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
              },
              "Internal": {
                "description": "`internal`: a fault of the server's, which is in its log. It was not done.",
                "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
              },
              "Unavailable": {
                "description": "`unavailable`: it can't be done now; try again.",
                "headers": {"Retry-After": {"description": "In seconds.", "schema": {"type": "integer"}}},
                "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
              }
            }
        """#

    static let schemas = #"""
        {
              \#(notificationSchemas)
              \#(clientSchemas)
              "Error": {
                "type": "object",
                "required": ["error"],
                "properties": {
                  "error": {
                    "type": "object",
                    "required": ["code", "message"],
                    "properties": {
                      "code": {"type": "string", "description": "For programs; one of those that clients get too."},
                      "message": {"type": "string", "description": "A sentence for people."}
                    }
                  }
                }
              },
              "ID": {
                "type": "string", "minLength": 1, "maxLength": 256,
                "pattern": "^[^\\u0000-\\u001F\\u007F-\\u009F]+$",
                "description": "1 to 256 bytes of UTF-8 without control characters."
              },
              "MessageID": {
                "type": "string", "minLength": 1, "maxLength": 64,
                "description": "The caller's own id of what it asks for. Asked again with the same id within five minutes, the server answers as it did the first time and does nothing more."
              },
              "EventType": {
                "type": "string", "pattern": "^[A-Za-z0-9_]{1,64}$",
                "description": "Not one of those that the server alone sends, such as `connect` and `ack`."
              },
              "Time": {"type": "string", "format": "date-time"},
              "Broadcast": {
                "type": "object",
                "required": ["type"],
                "properties": {
                  "type": {"$ref": "#/components/schemas/EventType"},
                  "data": {"description": "Any value; clients get it byte for byte."},
                  "room_id": {"$ref": "#/components/schemas/ID"},
                  "user_ids": {
                    "type": "array", "minItems": 1, "maxItems": 10000, "items": {"$ref": "#/components/schemas/ID"}
                  },
                  "all": {"const": true},
                  "exclude_user_ids": {
                    "type": "array", "maxItems": 10000, "items": {"$ref": "#/components/schemas/ID"},
                    "description": "Who does not get it, as the one who did it."
                  },
                  "message_id": {"$ref": "#/components/schemas/MessageID"}
                },
                "oneOf": [{"required": ["room_id"]}, {"required": ["user_ids"]}, {"required": ["all"]}]
              },
              "TaskUpdate": {
                "type": "object",
                "required": ["type", "data"],
                "properties": {
                  "type": {"enum": ["task_created", "task_updated", "task_status_changed", "task_deleted"]},
                  "data": {
                    "type": "object",
                    "description": "Clients get it byte for byte, with whatever else it has.",
                    "required": ["task_id", "project_id"],
                    "properties": {
                      "task_id": {"type": "string", "minLength": 1},
                      "project_id": {"$ref": "#/components/schemas/ID"},
                      "title": {"type": ["string", "null"]},
                      "status": {"type": ["string", "null"]},
                      "assignee_id": {"type": ["string", "null"]},
                      "old_status": {"type": ["string", "null"]},
                      "new_status": {"type": ["string", "null"]},
                      "changed_by": {"type": ["string", "null"], "description": "The user who did it."}
                    }
                  },
                  "room_id": {
                    "$ref": "#/components/schemas/ID", "description": "Another room than the project's."
                  },
                  "message_id": {"$ref": "#/components/schemas/MessageID"}
                }
              },
              "Published": {
                "type": "object",
                "required": ["message_id"],
                "properties": {
                  "message_id": {"type": "string", "description": "The server's id of the message."},
                  "seq": {
                    "type": "integer", "minimum": 1,
                    "description": "Its place in the room's order; not there for what has none."
                  }
                }
              },
              "PublishedTask": {
                "allOf": [{"$ref": "#/components/schemas/Published"}],
                "required": ["seq", "room_id"],
                "properties": {"room_id": {"$ref": "#/components/schemas/ID"}}
              },
              "RoomSummary": {
                "type": "object",
                "required": ["room_id", "name", "total"],
                "properties": {
                  "room_id": {"$ref": "#/components/schemas/ID"},
                  "name": {"type": "string"},
                  "total": {"type": "integer", "minimum": 0, "description": "How many users are in it."}
                }
              },
              "RoomPage": {
                "type": "object",
                "required": ["rooms"],
                "properties": {
                  "rooms": {"type": "array", "items": {"$ref": "#/components/schemas/RoomSummary"}},
                  "next": {
                    "$ref": "#/components/schemas/ID", "description": "Goes back as `after`; not there on the last page."
                  }
                }
              },
              "Room": {
                "allOf": [{"$ref": "#/components/schemas/RoomSummary"}],
                "required": ["members", "position"],
                "properties": {
                  "members": {"type": "array", "items": {"$ref": "#/components/schemas/Member"}},
                  "position": {
                    "type": "object",
                    "description": "Up to where the room's messages have come.",
                    "required": ["epoch", "seq"],
                    "properties": {"epoch": {"type": "string"}, "seq": {"type": "integer", "minimum": 0}}
                  }
                }
              },
              "Status": {"enum": ["online", "away", "busy", "editing", "offline"]},
              "Member": {
                "type": "object",
                "required": ["user_id", "username", "status", "devices", "since"],
                "properties": {
                  "user_id": {"$ref": "#/components/schemas/ID"},
                  "username": {"type": "string"},
                  "status": {"$ref": "#/components/schemas/Status"},
                  "devices": {"type": "integer", "minimum": 1},
                  "since": {"$ref": "#/components/schemas/Time"},
                  "custom": {"description": "What the application adds to the status."}
                }
              },
              "User": {
                "type": "object",
                "required": ["user_id", "username", "online", "status", "devices", "rooms", "last_seen"],
                "properties": {
                  "user_id": {"$ref": "#/components/schemas/ID"},
                  "username": {"type": "string"},
                  "online": {"type": "boolean"},
                  "status": {"$ref": "#/components/schemas/Status"},
                  "devices": {"type": "integer", "minimum": 0},
                  "rooms": {"type": "array", "items": {"$ref": "#/components/schemas/ID"}},
                  "last_seen": {
                    "type": ["string", "null"], "format": "date-time",
                    "description": "When they last came or went; null when that is not known."
                  }
                }
              },
              "Closed": {
                "type": "object",
                "required": ["closed"],
                "properties": {
                  "closed": {"type": "integer", "minimum": 0, "description": "How many connections were closed."}
                }
              },
              "Revocation": {
                "type": "object",
                "properties": {
                  "user_id": {"$ref": "#/components/schemas/ID"},
                  "jti": {"type": "string", "minLength": 1, "maxLength": 256, "description": "The id of a token."},
                  "connection_id": {
                    "type": "string", "pattern": "^conn_[0-9A-Z]{13}$",
                    "description": "A connection whose token has a `jti`, which is revoked for as long as it would count."
                  },
                  "until": {
                    "$ref": "#/components/schemas/Time",
                    "description": "For a user: all tokens are refused until then, and without it those that were issued up to now. For a token: when it may be forgotten, because it has expired."
                  }
                },
                "oneOf": [{"required": ["user_id"]}, {"required": ["jti"]}, {"required": ["connection_id"]}]
              },
              "Stats": {
                "type": "object",
                "required": [
                  "active_connections", "rooms", "users_online", "messages_received", "messages_sent",
                  "uptime_seconds", "handlers"
                ],
                "properties": {
                  "active_connections": {"type": "integer", "minimum": 0},
                  "rooms": {"type": "integer", "minimum": 0},
                  "users_online": {"type": "integer", "minimum": 0},
                  "messages_received": {"type": "integer", "minimum": 0},
                  "messages_sent": {"type": "integer", "minimum": 0},
                  "notifications_pending": {
                    "type": ["integer", "null"], "minimum": 0,
                    "description": "Live and acknowledged by no device; null while the database is away."
                  },
                  "uptime_seconds": {"type": "number", "minimum": 0},
                  "handlers": {
                    "type": "array",
                    "items": {
                      "type": "object",
                      "required": ["name", "event_type", "enabled", "switched_off", "handled", "failures"],
                      "properties": {
                        "name": {"type": "string"},
                        "event_type": {"$ref": "#/components/schemas/EventType"},
                        "enabled": {"type": "boolean"},
                        "switched_off": {
                          "type": "boolean", "description": "Left alone for a while after failing repeatedly."
                        },
                        "handled": {"type": "integer", "minimum": 0},
                        "failures": {"type": "integer", "minimum": 0}
                      }
                    }
                  }
                }
              }
            }
        """#
}
