// What can be asked, and what is answered.

extension OpenAPI {
    static let publishing = #"""
            "/api/v1/broadcast": {
              "post": {
                "operationId": "broadcast",
                "tags": ["publishing"],
                "summary": "Publish an event to a room, to users, or to everybody",
                "description": "To a room the event takes its place in the order of the room's messages and in its history, also when nobody is there. To users and to everybody it goes to the connections that there are.",
                "parameters": [{"$ref": "#/components/parameters/IdempotencyKey"}],
                "requestBody": {
                  "required": true,
                  "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Broadcast"}}}
                },
                "responses": {
                  "200": {
                    "description": "It was published.",
                    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Published"}}}
                  },
                  "400": {"$ref": "#/components/responses/Malformed"},
                  "401": {"$ref": "#/components/responses/Unauthenticated"},
                  "403": {"$ref": "#/components/responses/Forbidden"},
                  "409": {"$ref": "#/components/responses/Conflict"},
                  "413": {"$ref": "#/components/responses/TooLarge"},
                  "503": {"$ref": "#/components/responses/Unavailable"}
                }
              }
            },
            "/api/v1/tasks": {
              "post": {
                "operationId": "publishTask",
                "tags": ["publishing"],
                "summary": "Say what happened to a task",
                "description": "The handlers of tasks get it, as when a client sends it: everybody in the project's room hears of it.",
                "parameters": [{"$ref": "#/components/parameters/IdempotencyKey"}],
                "requestBody": {
                  "required": true,
                  "content": {"application/json": {"schema": {"$ref": "#/components/schemas/TaskUpdate"}}}
                },
                "responses": {
                  "200": {
                    "description": "It was published.",
                    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/PublishedTask"}}}
                  },
                  "400": {"$ref": "#/components/responses/Malformed"},
                  "401": {"$ref": "#/components/responses/Unauthenticated"},
                  "403": {"$ref": "#/components/responses/Forbidden"},
                  "409": {"$ref": "#/components/responses/Conflict"},
                  "413": {"$ref": "#/components/responses/TooLarge"},
                  "500": {"$ref": "#/components/responses/Failed"},
                  "503": {"$ref": "#/components/responses/Unavailable"}
                }
              }
            }
        """#

    static let presence = #"""
            "/api/v1/rooms": {
              "get": {
                "operationId": "listRooms",
                "tags": ["presence"],
                "summary": "The rooms that there are",
                "description": "In the order of their ids' bytes. A room that is empty is listed for as long as it remembers what was said in it.",
                "parameters": [
                  {
                    "name": "limit", "in": "query", "description": "How many at most.",
                    "schema": {"type": "integer", "minimum": 1, "maximum": 100, "default": 50}
                  },
                  {
                    "name": "after", "in": "query", "description": "The `next` of the page before.",
                    "schema": {"$ref": "#/components/schemas/ID"}
                  }
                ],
                "responses": {
                  "200": {
                    "description": "A page of them.",
                    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/RoomPage"}}}
                  },
                  "400": {"$ref": "#/components/responses/Malformed"},
                  "401": {"$ref": "#/components/responses/Unauthenticated"},
                  "403": {"$ref": "#/components/responses/Forbidden"},
                  "503": {"$ref": "#/components/responses/Unavailable"}
                }
              }
            },
            "/api/v1/rooms/{room_id}": {
              "parameters": [{"$ref": "#/components/parameters/RoomID"}],
              "get": {
                "operationId": "describeRoom",
                "tags": ["presence"],
                "summary": "A room, with who is in it",
                "responses": {
                  "200": {
                    "description": "The room.",
                    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Room"}}}
                  },
                  "400": {"$ref": "#/components/responses/Malformed"},
                  "401": {"$ref": "#/components/responses/Unauthenticated"},
                  "403": {"$ref": "#/components/responses/Forbidden"},
                  "404": {"$ref": "#/components/responses/NotFound"},
                  "503": {"$ref": "#/components/responses/Unavailable"}
                }
              }
            },
            "/api/v1/users/{user_id}": {
              "parameters": [{"$ref": "#/components/parameters/UserID"}],
              "get": {
                "operationId": "describeUser",
                "tags": ["presence"],
                "summary": "A user, with where they are",
                "description": "One who was never here is answered like one who is not here now.",
                "responses": {
                  "200": {
                    "description": "The user.",
                    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/User"}}}
                  },
                  "400": {"$ref": "#/components/responses/Malformed"},
                  "401": {"$ref": "#/components/responses/Unauthenticated"},
                  "403": {"$ref": "#/components/responses/Forbidden"},
                  "503": {"$ref": "#/components/responses/Unavailable"}
                }
              }
            }
        """#

    static let administration = #"""
            "/api/v1/users/{user_id}/connections": {
              "parameters": [{"$ref": "#/components/parameters/UserID"}],
              "delete": {
                "operationId": "disconnectUser",
                "tags": ["administration"],
                "summary": "Close a user's connections",
                "description": "With code 4409. They may come back with a token that counts: to keep a user out, revoke.",
                "responses": {
                  "200": {
                    "description": "They are closed.",
                    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Closed"}}}
                  },
                  "400": {"$ref": "#/components/responses/Malformed"},
                  "401": {"$ref": "#/components/responses/Unauthenticated"},
                  "403": {"$ref": "#/components/responses/Forbidden"},
                  "503": {"$ref": "#/components/responses/Unavailable"}
                }
              }
            },
            "/api/v1/revocations": {
              "post": {
                "operationId": "revoke",
                "tags": ["administration"],
                "summary": "Make tokens worthless, at once",
                "description": "A user's tokens, one token, or the token that a connection has. Connections that were opened with them are closed with code 4401.",
                "requestBody": {
                  "required": true,
                  "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Revocation"}}}
                },
                "responses": {
                  "200": {
                    "description": "It counts from now on.",
                    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Closed"}}}
                  },
                  "400": {"$ref": "#/components/responses/Malformed"},
                  "401": {"$ref": "#/components/responses/Unauthenticated"},
                  "403": {"$ref": "#/components/responses/Forbidden"},
                  "404": {"$ref": "#/components/responses/NotFound"},
                  "409": {"$ref": "#/components/responses/Conflict"},
                  "413": {"$ref": "#/components/responses/TooLarge"},
                  "503": {"$ref": "#/components/responses/Unavailable"}
                }
              }
            },
            "/api/v1/stats": {
              "get": {
                "operationId": "stats",
                "tags": ["administration"],
                "summary": "What the server has and has done",
                "responses": {
                  "200": {
                    "description": "The numbers of this moment.",
                    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Stats"}}}
                  },
                  "401": {"$ref": "#/components/responses/Unauthenticated"},
                  "403": {"$ref": "#/components/responses/Forbidden"},
                  "503": {"$ref": "#/components/responses/Unavailable"}
                }
              }
            }
        """#

    static let operation = #"""
            "/healthz": {
              "get": {
                "operationId": "healthz",
                "tags": ["operation"],
                "summary": "Is it alive?",
                "security": [],
                "responses": {
                  "200": {"description": "Yes.", "content": {"text/plain": {"schema": {"type": "string"}}}}
                }
              }
            },
            "/readyz": {
              "get": {
                "operationId": "readyz",
                "tags": ["operation"],
                "summary": "May it be sent clients?",
                "security": [],
                "responses": {
                  "200": {"description": "Yes.", "content": {"text/plain": {"schema": {"type": "string"}}}},
                  "503": {"description": "No: it is stopping.", "content": {"text/plain": {"schema": {"type": "string"}}}}
                }
              }
            },
            "/metrics": {
              "get": {
                "operationId": "metrics",
                "tags": ["operation"],
                "summary": "Numbers for Prometheus",
                "description": "The setting `metrics-listen` moves this to a listener of its own; it is not here then.",
                "security": [],
                "responses": {
                  "200": {
                    "description": "The text format, version 0.0.4.",
                    "content": {"text/plain": {"schema": {"type": "string"}}}
                  },
                  "503": {"$ref": "#/components/responses/Unavailable"}
                }
              }
            },
            "/openapi.json": {
              "get": {
                "operationId": "openapi",
                "tags": ["operation"],
                "summary": "This page",
                "security": [],
                "responses": {
                  "200": {
                    "description": "OpenAPI 3.1.",
                    "content": {"application/json": {"schema": {"type": "object"}}}
                  }
                }
              }
            }
        """#
}
