// What clients that can't have a WebSocket ask, and what they are answered.

extension OpenAPI {
    static let clients = #"""
            "/api/realtime/poll": {
              "get": {
                "operationId": "poll",
                "tags": ["clients"],
                "summary": "Connect, or ask what has happened since",
                "description": "Without `lastMessageId` and `lastTimestamp` it connects. Nothing is consumed by asking: the same question has the same answer for at least a minute. A session that is unknown is answered like a connect.",
                "security": [{"client": []}],
                "parameters": [
                  {"$ref": "#/components/parameters/Session"},
                  {"$ref": "#/components/parameters/LastMessageID"},
                  {"$ref": "#/components/parameters/LastTimestamp"},
                  {
                    "name": "wait", "in": "query",
                    "description": "How many seconds to wait for the first event: 25 where `session` is there and this is not, else 0; more than 60 counts as 60.",
                    "schema": {"type": "number", "minimum": 0}
                  },
                  {"$ref": "#/components/parameters/DeviceID"}
                ],
                "responses": {
                  "200": {
                    "description": "The events, oldest first.",
                    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/PollAnswer"}}}
                  },
                  "400": {"$ref": "#/components/responses/Malformed"},
                  "401": {"$ref": "#/components/responses/Unauthenticated"},
                  "403": {"$ref": "#/components/responses/ForeignOrigin"},
                  "429": {"$ref": "#/components/responses/TooMuch"},
                  "503": {"$ref": "#/components/responses/Unavailable"}
                }
              },
              "delete": {
                "operationId": "leave",
                "tags": ["clients"],
                "summary": "Say that nobody will ask again",
                "security": [{"client": []}],
                "parameters": [{"$ref": "#/components/parameters/Session"}],
                "responses": {
                  "204": {"description": "The session is over."},
                  "400": {"$ref": "#/components/responses/Malformed"},
                  "401": {"$ref": "#/components/responses/Unauthenticated"},
                  "403": {"$ref": "#/components/responses/ForeignOrigin"},
                  "404": {"$ref": "#/components/responses/NotFound"},
                  "503": {"$ref": "#/components/responses/Unavailable"}
                }
              },
              "options": {\#(preflight("preflightPoll"))}
            },
            "/api/realtime/events": {
              "get": {
                "operationId": "streamEvents",
                "tags": ["clients"],
                "summary": "The same as Server-Sent Events",
                "description": "It begins with an event named `session`, whose data is what a poll has beside its events. Then each event has the message's id as `id` and the envelope as `data`. It does not end by itself.",
                "security": [{"client": []}, {"query": []}],
                "parameters": [
                  {"$ref": "#/components/parameters/Session"},
                  {"$ref": "#/components/parameters/LastMessageID"},
                  {"$ref": "#/components/parameters/LastTimestamp"},
                  {
                    "name": "Last-Event-ID", "in": "header",
                    "description": "What browsers say when they come back; it wins over `lastMessageId`.",
                    "schema": {"type": "string"}
                  },
                  {"$ref": "#/components/parameters/DeviceID"}
                ],
                "responses": {
                  "200": {
                    "description": "The stream.",
                    "content": {"text/event-stream": {"schema": {"type": "string"}}}
                  },
                  "400": {"$ref": "#/components/responses/Malformed"},
                  "401": {"$ref": "#/components/responses/Unauthenticated"},
                  "403": {"$ref": "#/components/responses/ForeignOrigin"},
                  "429": {"$ref": "#/components/responses/TooMuch"},
                  "503": {"$ref": "#/components/responses/Unavailable"}
                }
              },
              "options": {\#(preflight("preflightEvents"))}
            },
            "/api/realtime/send": {
              "post": {
                "operationId": "send",
                "tags": ["clients"],
                "summary": "Say something",
                "description": "The envelopes are handled one after the other. What is wrong with one of them is said in its place.",
                "security": [{"client": []}],
                "parameters": [
                  {"$ref": "#/components/parameters/Session"},
                  {"$ref": "#/components/parameters/DeviceID"}
                ],
                "requestBody": {
                  "required": true,
                  "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Saying"}}}
                },
                "responses": {
                  "200": {
                    "description": "One answer for each, in their order.",
                    "content": {
                      "application/json": {
                        "schema": {"type": "array", "items": {"$ref": "#/components/schemas/Envelope"}}
                      }
                    }
                  },
                  "400": {"$ref": "#/components/responses/Malformed"},
                  "401": {"$ref": "#/components/responses/Unauthenticated"},
                  "403": {"$ref": "#/components/responses/ForeignOrigin"},
                  "404": {"$ref": "#/components/responses/NotFound"},
                  "413": {"$ref": "#/components/responses/TooLarge"},
                  "429": {"$ref": "#/components/responses/TooMuch"},
                  "503": {"$ref": "#/components/responses/Unavailable"}
                }
              },
              "options": {\#(preflight("preflightSend"))}
            }
        """#

    /// What a browser asks beforehand, the same everywhere.
    private static func preflight(_ operation: String) -> String {
        #"""

                "operationId": "\#(operation)",
                "tags": ["clients"],
                "summary": "What browsers ask for pages of other origins",
                "security": [],
                "responses": {
                  "204": {"description": "The page may ask."},
                  "403": {"$ref": "#/components/responses/ForeignOrigin"}
                }
              
        """#
    }

    /// Each with a comma behind it.
    static let clientParameters = #"""
        "DeviceID": {
                "name": "device_id", "in": "query",
                "description": "Which of the user's devices it is, where the token does not say it.",
                "schema": {"$ref": "#/components/schemas/ID"}
              },
              "LastMessageID": {
                "name": "lastMessageId", "in": "query",
                "description": "The last event that was received; what came after it is the answer. One that is not held any more is answered like a connect, with `reset`.",
                "schema": {"type": "string"}
              },
              "LastTimestamp": {
                "name": "lastTimestamp", "in": "query",
                "description": "The `timestamp` of the last answer, for clients that do without ids. UTC where it has no zone.",
                "schema": {"type": "string"}
              },
              "Session": {
                "name": "session", "in": "query",
                "description": "The `session_id` of the connect. Without it the user has one session on each device.",
                "schema": {"type": "string"}
              },
        """#

    /// Each with a comma behind it.
    static let clientResponses = #"""
        "ForeignOrigin": {
                "description": "`forbidden`: pages of this origin may not use this.",
                "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
              },
              "TooMuch": {
                "description": "`rate_limited`: the user has as many sessions as they may have, or too much is being sent at once.",
                "headers": {"Retry-After": {"description": "In seconds.", "schema": {"type": "integer"}}},
                "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
              },
        """#

    /// Each with a comma behind it.
    static let clientSchemas = #"""
        "Envelope": {
                "type": "object",
                "required": ["type", "message_id", "timestamp"],
                "properties": {
                  "type": {"type": "string", "description": "What it is, such as `message` or `ack`."},
                  "data": {"description": "Any value."},
                  "message_id": {"type": "string"},
                  "timestamp": {"$ref": "#/components/schemas/Time"},
                  "user_id": {"$ref": "#/components/schemas/ID"},
                  "room_id": {"$ref": "#/components/schemas/ID"},
                  "recipient_id": {"$ref": "#/components/schemas/ID"},
                  "seq": {"type": "integer", "minimum": 1},
                  "reply_to": {"type": "string", "description": "The client's message that this answers."}
                }
              },
              "Said": {
                "type": "object",
                "required": ["type"],
                "properties": {
                  "type": {"type": "string"},
                  "data": {"description": "Any value."},
                  "message_id": {"$ref": "#/components/schemas/MessageID"},
                  "room_id": {"$ref": "#/components/schemas/ID"},
                  "recipient_id": {"$ref": "#/components/schemas/ID"}
                }
              },
              "Saying": {
                "oneOf": [
                  {"$ref": "#/components/schemas/Said"},
                  {"type": "array", "maxItems": 100, "items": {"$ref": "#/components/schemas/Said"}}
                ]
              },
              "PollAnswer": {
                "type": "object",
                "required": ["events", "timestamp", "session_id"],
                "properties": {
                  "events": {"type": "array", "items": {"$ref": "#/components/schemas/Envelope"}},
                  "rooms": {
                    "type": "array", "items": {"$ref": "#/components/schemas/RoomSummary"},
                    "description": "Those of the session; in the answer to a connect."
                  },
                  "users": {
                    "type": "array", "items": {"$ref": "#/components/schemas/Member"},
                    "description": "Who is in them, each user once; in the answer to a connect."
                  },
                  "timestamp": {"$ref": "#/components/schemas/Time"},
                  "session_id": {"type": "string"},
                  "reset": {
                    "const": true,
                    "description": "What the client referred to is not known any more: it begins anew."
                  }
                }
              },
        """#
}
