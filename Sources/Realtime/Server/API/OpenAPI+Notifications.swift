// Notifications: what can be asked, and the forms of it.

extension OpenAPI {
    static let notifications = #"""
            "/api/v1/notifications": {
              "post": {
                "operationId": "sendNotification",
                "tags": ["notifications"],
                "summary": "Notify users, whether they are there or not",
                "description": "When it is answered with 201 it is on disk, for all of the users; else for none. It comes to each device of theirs until that has acknowledged it. After 503, or no answer at all, sending it again with the same `idempotency_key` is the way to find out.",
                "parameters": [
                  {
                    "name": "Idempotency-Key", "in": "header",
                    "description": "What counts as the `idempotency_key` where the body has none.",
                    "schema": {"$ref": "#/components/schemas/NotificationKey"}
                  }
                ],
                "requestBody": {
                  "required": true,
                  "content": {"application/json": {"schema": {"$ref": "#/components/schemas/NotificationRequest"}}}
                },
                "responses": {
                  "201": {
                    "description": "It is on disk, now or since an earlier request with the same key.",
                    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/SentNotifications"}}}
                  },
                  "400": {"$ref": "#/components/responses/Malformed"},
                  "401": {"$ref": "#/components/responses/Unauthenticated"},
                  "403": {"$ref": "#/components/responses/Forbidden"},
                  "409": {"$ref": "#/components/responses/Conflict"},
                  "413": {"$ref": "#/components/responses/TooLarge"},
                  "500": {"$ref": "#/components/responses/Internal"},
                  "503": {"$ref": "#/components/responses/Unavailable"}
                }
              }
            },
            "/api/v1/notifications/{notification_id}": {
              "parameters": [{"$ref": "#/components/parameters/NotificationID"}],
              "get": {
                "operationId": "describeNotification",
                "tags": ["notifications"],
                "summary": "What has become of a notification",
                "responses": {
                  "200": {
                    "description": "The notification, and what happened to it in order.",
                    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/NotificationTimeline"}}}
                  },
                  "400": {"$ref": "#/components/responses/Malformed"},
                  "401": {"$ref": "#/components/responses/Unauthenticated"},
                  "403": {"$ref": "#/components/responses/Forbidden"},
                  "404": {"$ref": "#/components/responses/NotFound"},
                  "500": {"$ref": "#/components/responses/Internal"},
                  "503": {"$ref": "#/components/responses/Unavailable"}
                }
              }
            },
            "/api/v1/users/{user_id}/notifications": {
              "parameters": [{"$ref": "#/components/parameters/UserID"}],
              "get": {
                "operationId": "listNotifications",
                "tags": ["notifications"],
                "summary": "A user's notifications, newest first",
                "parameters": [
                  {
                    "name": "limit", "in": "query", "description": "How many at most.",
                    "schema": {"type": "integer", "minimum": 1, "maximum": 100, "default": 50}
                  },
                  {
                    "name": "before", "in": "query", "description": "The `next` of the page before.",
                    "schema": {"type": "string"}
                  },
                  {
                    "name": "filter", "in": "query", "description": "`all` leaves out the archived.",
                    "schema": {"enum": ["all", "unread", "archived"], "default": "all"}
                  }
                ],
                "responses": {
                  "200": {
                    "description": "A page of them.",
                    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/NotificationPage"}}}
                  },
                  "400": {"$ref": "#/components/responses/Malformed"},
                  "401": {"$ref": "#/components/responses/Unauthenticated"},
                  "403": {"$ref": "#/components/responses/Forbidden"},
                  "500": {"$ref": "#/components/responses/Internal"},
                  "503": {"$ref": "#/components/responses/Unavailable"}
                }
              }
            }
        """#

    static let notificationSchemas = #"""
        "NotificationID": {"type": "string", "pattern": "^ntf_[0-9a-f]{32}$"},
              "NotificationKey": {
                "type": "string", "minLength": 1, "maxLength": 256,
                "description": "At most 256 bytes. The same key from the same sender within 24 hours is the same notification."
              },
              "NotificationLevel": {"enum": ["info", "success", "warning", "error"]},
              "NotificationPriority": {"enum": ["low", "normal", "high", "urgent"]},
              "NotificationRequest": {
                "type": "object",
                "required": ["title"],
                "properties": {
                  "user_id": {"$ref": "#/components/schemas/ID"},
                  "user_ids": {
                    "type": "array", "minItems": 1, "maxItems": 100000, "items": {"$ref": "#/components/schemas/ID"},
                    "description": "All of them, or none. One that is named twice is notified once."
                  },
                  "title": {"type": "string", "minLength": 1, "description": "At most 1,024 bytes."},
                  "message": {"type": "string", "default": "", "description": "At most 16 KiB."},
                  "level": {"$ref": "#/components/schemas/NotificationLevel"},
                  "priority": {"$ref": "#/components/schemas/NotificationPriority"},
                  "ttl_seconds": {
                    "type": "integer", "minimum": 1, "maximum": 315360000,
                    "description": "After which it is not delivered any more, counted from now or from `deliver_at`."
                  },
                  "deliver_at": {"$ref": "#/components/schemas/Time"},
                  "collapse_key": {
                    "type": "string", "minLength": 1, "maxLength": 256,
                    "description": "It takes the place of an older one with the same key, for devices that have not acknowledged that."
                  },
                  "idempotency_key": {"$ref": "#/components/schemas/NotificationKey"},
                  "data": {"description": "Any value, at most 16 KiB; devices get it byte for byte."}
                },
                "oneOf": [{"required": ["user_id"]}, {"required": ["user_ids"]}]
              },
              "SentNotifications": {
                "type": "object",
                "required": ["notifications"],
                "properties": {
                  "notifications": {
                    "type": "array",
                    "items": {
                      "type": "object",
                      "required": ["user_id", "notification_id", "seq", "duplicate"],
                      "properties": {
                        "user_id": {"$ref": "#/components/schemas/ID"},
                        "notification_id": {"$ref": "#/components/schemas/NotificationID"},
                        "seq": {
                          "type": "integer", "minimum": 1, "description": "Its place in the user's own sequence."
                        },
                        "duplicate": {
                          "type": "boolean", "description": "Whether it was sent before, with the same key."
                        }
                      }
                    }
                  }
                }
              },
              "NotificationItem": {
                "type": "object",
                "required": [
                  "notification_id", "seq", "title", "message", "level", "priority", "created_at", "state", "seen",
                  "read", "archived"
                ],
                "properties": {
                  "notification_id": {"$ref": "#/components/schemas/NotificationID"},
                  "seq": {"type": "integer", "minimum": 1},
                  "title": {"type": "string"},
                  "message": {"type": "string"},
                  "level": {"$ref": "#/components/schemas/NotificationLevel"},
                  "priority": {"$ref": "#/components/schemas/NotificationPriority"},
                  "created_at": {"$ref": "#/components/schemas/Time"},
                  "expires_at": {"$ref": "#/components/schemas/Time"},
                  "state": {"enum": ["pending", "delivered", "acknowledged", "expired", "superseded"]},
                  "seen": {"type": "boolean"},
                  "read": {"type": "boolean"},
                  "archived": {"type": "boolean"},
                  "data": {}
                }
              },
              "NotificationPage": {
                "type": "object",
                "required": ["items", "unread", "unseen", "total"],
                "properties": {
                  "items": {"type": "array", "items": {"$ref": "#/components/schemas/NotificationItem"}},
                  "next": {"type": "string", "description": "There are more: the `before` of the next page."},
                  "unread": {"type": "integer", "minimum": 0},
                  "unseen": {"type": "integer", "minimum": 0},
                  "total": {"type": "integer", "minimum": 0, "description": "How many the filter lets through."}
                }
              },
              "NotificationTimeline": {
                "type": "object",
                "required": ["notification_id", "user_id", "seq", "title", "state", "timeline"],
                "properties": {
                  "notification_id": {"$ref": "#/components/schemas/NotificationID"},
                  "user_id": {"$ref": "#/components/schemas/ID"},
                  "seq": {"type": "integer", "minimum": 1},
                  "title": {"type": "string"},
                  "message": {"type": "string"},
                  "level": {"$ref": "#/components/schemas/NotificationLevel"},
                  "priority": {"$ref": "#/components/schemas/NotificationPriority"},
                  "created_at": {"$ref": "#/components/schemas/Time"},
                  "deliver_at": {"$ref": "#/components/schemas/Time"},
                  "expires_at": {"$ref": "#/components/schemas/Time"},
                  "state": {
                    "enum": ["scheduled", "pending", "delivered", "acknowledged", "expired", "superseded"]
                  },
                  "seen": {"type": "boolean"},
                  "read": {"type": "boolean"},
                  "archived": {"type": "boolean"},
                  "superseded_by": {"$ref": "#/components/schemas/NotificationID"},
                  "data": {},
                  "timeline": {
                    "type": "array",
                    "items": {
                      "type": "object",
                      "required": ["event", "at"],
                      "properties": {
                        "event": {
                          "enum": [
                            "queued", "due", "sent", "acknowledged", "seen", "read", "archived", "expired",
                            "superseded"
                          ]
                        },
                        "at": {"$ref": "#/components/schemas/Time"},
                        "device_id": {
                          "type": ["string", "null"],
                          "description": "To or by which device; null is the one of connections without a name."
                        },
                        "attempt": {"type": "integer", "minimum": 1},
                        "notification_id": {"$ref": "#/components/schemas/NotificationID"}
                      }
                    }
                  }
                }
              },
        """#
}
