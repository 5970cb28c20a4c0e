// The files are taken in when this one is compiled, and it is compiled again when one of them changes. A new file
// gets a row here; a test compares the rows with what is in the folders.

#include "CWebFiles.h"

#pragma clang diagnostic ignored "-Wc23-extensions"

static const struct web_file files[] = {
    {"/board/banner.js", (const unsigned char[]){
#embed "../../examples/task-board/banner.js" suffix(, 0)
    }},
    {"/board/bell.js", (const unsigned char[]){
#embed "../../examples/task-board/bell.js" suffix(, 0)
    }},
    {"/board/board.css", (const unsigned char[]){
#embed "../../examples/task-board/board.css" suffix(, 0)
    }},
    {"/board/board.js", (const unsigned char[]){
#embed "../../examples/task-board/board.js" suffix(, 0)
    }},
    {"/board/cards.js", (const unsigned char[]){
#embed "../../examples/task-board/cards.js" suffix(, 0)
    }},
    {"/board/demo.js", (const unsigned char[]){
#embed "../../examples/task-board/demo.js" suffix(, 0)
    }},
    {"/board/icon.svg", (const unsigned char[]){
#embed "../../examples/task-board/icon.svg" suffix(, 0)
    }},
    {"/board/index.html", (const unsigned char[]){
#embed "../../examples/task-board/index.html" suffix(, 0)
    }},
    {"/board/moving.js", (const unsigned char[]){
#embed "../../examples/task-board/moving.js" suffix(, 0)
    }},
    {"/board/page.js", (const unsigned char[]){
#embed "../../examples/task-board/page.js" suffix(, 0)
    }},
    {"/board/storage.js", (const unsigned char[]){
#embed "../../examples/task-board/storage.js" suffix(, 0)
    }},
    {"/client/browser.js", (const unsigned char[]){
#embed "../../Clients/javascript/src/browser.js" suffix(, 0)
    }},
    {"/client/client.js", (const unsigned char[]){
#embed "../../Clients/javascript/src/client.js" suffix(, 0)
    }},
    {"/client/connection.js", (const unsigned char[]){
#embed "../../Clients/javascript/src/connection.js" suffix(, 0)
    }},
    {"/client/emitter.js", (const unsigned char[]){
#embed "../../Clients/javascript/src/emitter.js" suffix(, 0)
    }},
    {"/client/errors.js", (const unsigned char[]){
#embed "../../Clients/javascript/src/errors.js" suffix(, 0)
    }},
    {"/client/http.js", (const unsigned char[]){
#embed "../../Clients/javascript/src/http.js" suffix(, 0)
    }},
    {"/client/inbox-list.js", (const unsigned char[]){
#embed "../../Clients/javascript/src/inbox-list.js" suffix(, 0)
    }},
    {"/client/longpoll.js", (const unsigned char[]){
#embed "../../Clients/javascript/src/longpoll.js" suffix(, 0)
    }},
    {"/client/machine.js", (const unsigned char[]){
#embed "../../Clients/javascript/src/machine.js" suffix(, 0)
    }},
    {"/client/members.js", (const unsigned char[]){
#embed "../../Clients/javascript/src/members.js" suffix(, 0)
    }},
    {"/client/notifications.js", (const unsigned char[]){
#embed "../../Clients/javascript/src/notifications.js" suffix(, 0)
    }},
    {"/client/outbox.js", (const unsigned char[]){
#embed "../../Clients/javascript/src/outbox.js" suffix(, 0)
    }},
    {"/client/realtime.js", (const unsigned char[]){
#embed "../../Clients/javascript/src/realtime.js" suffix(, 0)
    }},
    {"/client/recent.js", (const unsigned char[]){
#embed "../../Clients/javascript/src/recent.js" suffix(, 0)
    }},
    {"/client/room.js", (const unsigned char[]){
#embed "../../Clients/javascript/src/room.js" suffix(, 0)
    }},
    {"/client/sse.js", (const unsigned char[]){
#embed "../../Clients/javascript/src/sse.js" suffix(, 0)
    }},
    {"/client/steps.js", (const unsigned char[]){
#embed "../../Clients/javascript/src/steps.js" suffix(, 0)
    }},
    {"/client/stream.js", (const unsigned char[]){
#embed "../../Clients/javascript/src/stream.js" suffix(, 0)
    }},
    {"/client/tabs.js", (const unsigned char[]){
#embed "../../Clients/javascript/src/tabs.js" suffix(, 0)
    }},
    {"/client/tasks.js", (const unsigned char[]){
#embed "../../Clients/javascript/src/tasks.js" suffix(, 0)
    }},
    {"/client/token.js", (const unsigned char[]){
#embed "../../Clients/javascript/src/token.js" suffix(, 0)
    }},
    {"/client/types.js", (const unsigned char[]){
#embed "../../Clients/javascript/src/types.js" suffix(, 0)
    }},
    {"/client/websocket.js", (const unsigned char[]){
#embed "../../Clients/javascript/src/websocket.js" suffix(, 0)
    }},
};

const struct web_file *web_files(int *count) {
    *count = sizeof files / sizeof files[0];
    return files;
}
