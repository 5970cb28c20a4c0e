/// `GET /openapi.json`: what can be asked over HTTP, described for other programs in OpenAPI 3.1.
///
/// It stands here as the text that is sent. A test holds it against the router: every address of the API is in it,
/// and nothing else is; and against what the server answers.
enum OpenAPI {
    /// The answer, made once.
    static let response: HTTPResponse = {
        var response = HTTPResponse(.ok, body: .shared(SharedBytes(document)))
        response.add("Content-Type", fixed: "application/json")
        response.add("Cache-Control", fixed: "no-cache")
        return response
    }()

    static let document = """
        {
          "openapi": "3.1.0",
          "info": \(info),
          "security": [{"service": []}],
          "tags": [
            {"name": "publishing", "description": "Tell clients what happened."},
            {"name": "notifications", "description": "Tell people who may not be there."},
            {"name": "presence", "description": "Who is where."},
            {"name": "administration", "description": "Users, tokens, and the server's own numbers."},
            {"name": "clients", "description": "For people's programs that can't have a WebSocket, with tokens of their own."},
            {"name": "operation", "description": "For load balancers, monitoring and tools. No token is needed."}
          ],
          "paths": {
        \(publishing),
        \(notifications),
        \(presence),
        \(administration),
        \(clients),
        \(operation)
          },
          "components": {
            "securitySchemes": {
              "service": {
                "type": "http",
                "scheme": "bearer",
                "bearerFormat": "JWT",
                "description": "A token whose claim `scope` is exactly `service`."
              },
              "client": {
                "type": "http",
                "scheme": "bearer",
                "bearerFormat": "JWT",
                "description": "A user's token."
              },
              "query": {
                "type": "apiKey",
                "in": "query",
                "name": "token",
                "description": "A user's token, for browsers' `EventSource`, which can't set a header."
              }
            },
            "parameters": \(parameters),
            "responses": \(responses),
            "schemas": \(schemas)
          }
        }

        """

    private static let info = #"""
        {
            "title": "Realtime: the backend's API",
            "version": "\#(RealtimeVersion.current)",
            "description": "What an application's backend asks of a Realtime server, and what clients ask that can't have a WebSocket. Members of a request that this page does not name are ignored, and one that is null is taken for one that is not there; new ones may be added to answers.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"}
          }
        """#
}
