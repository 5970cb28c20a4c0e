/* The floor: what one recv for each message and one send for each delivery cost, and nothing else.

   It is no server that anybody could use. It takes each read for one whole message from a friendly client, does not
   check what comes, and cuts a client off who does not read. What a real server takes above it is the server's own.

   /echo answers every message; /room/NAME relays it to the room's other members. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <openssl/evp.h>
#include <openssl/sha.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { MOST_DESCRIPTORS = 1 << 20, BUCKETS = 1 << 16, BUFFER = 1 << 16 };

struct room {
    char name[64];
    int *members, count;
    struct room *next;
};

/* What a descriptor is: not upgraded yet, an echo, or in a room. */
static enum { NEW, ECHO, MEMBER } kinds[MOST_DESCRIPTORS];
static struct room *rooms_of[MOST_DESCRIPTORS], *rooms[BUCKETS];
static unsigned char input[BUFFER], frame[BUFFER + 4];

static struct room *room_named(const char *name) {
    unsigned hash = 5381;
    for (const char *byte = name; *byte; byte++) hash = hash * 33 ^ (unsigned char)*byte;
    struct room **bucket = &rooms[hash % BUCKETS];
    for (struct room *room = *bucket; room; room = room->next)
        if (!strcmp(room->name, name)) return room;
    struct room *room = calloc(1, sizeof *room);
    snprintf(room->name, sizeof room->name, "%s", name);
    room->next = *bucket;
    return *bucket = room;
}

static void leave(int descriptor) {
    struct room *room = rooms_of[descriptor];
    for (int index = 0; room && index < room->count; index++)
        if (room->members[index] == descriptor) room->members[index--] = room->members[--room->count];
    rooms_of[descriptor] = NULL;
    kinds[descriptor] = NEW;
    close(descriptor);
}

static void put(int descriptor, const void *bytes, size_t count) {
    if (send(descriptor, bytes, count, MSG_NOSIGNAL) != (ssize_t)count) shutdown(descriptor, SHUT_RDWR);
}

static void upgrade(int descriptor, char *request) {
    static const char magic[] = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    char path[64] = "", text[128], answer[256];
    unsigned char digest[SHA_DIGEST_LENGTH], accept[40];
    char *key = strcasestr(request, "\nsec-websocket-key:");
    if (!key || sscanf(request, "GET %63s", path) != 1) return leave(descriptor);
    key += strlen("\nsec-websocket-key:");
    key += strspn(key, " ");
    int length = snprintf(text, sizeof text, "%.*s%s", (int)strcspn(key, " \r\n"), key, magic);
    SHA1((unsigned char *)text, length, digest);
    EVP_EncodeBlock(accept, digest, sizeof digest);
    if (strncmp(path, "/room/", 6)) {
        kinds[descriptor] = ECHO;
    } else {
        struct room *room = rooms_of[descriptor] = room_named(path + 6);
        if (!(room->count & (room->count - 1)))
            room->members = realloc(room->members, (room->count ? 2 * room->count : 1) * sizeof(int));
        room->members[room->count++] = descriptor;
        kinds[descriptor] = MEMBER;
    }
    length = snprintf(
        answer, sizeof answer,
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Accept: %s\r\n\r\n", accept);
    put(descriptor, answer, length);
}

/* Passes on one frame and returns where the next one begins. */
static unsigned char *relay(int descriptor, unsigned char *bytes) {
    size_t count = bytes[1] & 127, head = 2;
    int is_close = (bytes[0] & 15) == 8;
    frame[0] = bytes[0];
    bytes += 2;
    if (count == 126) {
        count = bytes[0] << 8 | bytes[1];
        bytes += 2;
    }
    unsigned char *mask = bytes;
    bytes += 4;
    if (is_close) return bytes + count;
    frame[1] = count < 126 ? count : 126;
    if (count >= 126) {
        frame[head++] = count >> 8;
        frame[head++] = count;
    }
    for (size_t index = 0; index < count; index++) frame[head + index] = bytes[index] ^ mask[index & 3];
    struct room *room = rooms_of[descriptor];
    if (kinds[descriptor] == ECHO) put(descriptor, frame, head + count);
    for (int index = 0; room && index < room->count; index++)
        if (room->members[index] != descriptor) put(room->members[index], frame, head + count);
    return bytes + count;
}

static void receive(int descriptor) {
    ssize_t count = recv(descriptor, input, BUFFER - 1, 0);
    if (count <= 0) return leave(descriptor);
    if (kinds[descriptor] == NEW) {
        input[count] = 0;
        return upgrade(descriptor, (char *)input);
    }
    for (unsigned char *next = input; next < input + count;) next = relay(descriptor, next);
}

int main(int argc, char **argv) {
    int yes = 1, port = argc > 1 ? atoi(argv[1]) : 8765;
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), poller = epoll_create1(0);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    /* Accepted sockets inherit it. */
    setsockopt(listener, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    if (bind(listener, (struct sockaddr *)&address, sizeof address) || listen(listener, 4096)) {
        perror("floor");
        return 1;
    }
    struct epoll_event event = {.events = EPOLLIN, .data.fd = listener}, events[1024];
    epoll_ctl(poller, EPOLL_CTL_ADD, listener, &event);
    for (;;) {
        int ready = epoll_wait(poller, events, 1024, -1);
        for (int index = 0; index < ready; index++) {
            if (events[index].data.fd != listener) {
                receive(events[index].data.fd);
                continue;
            }
            for (int client; (client = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0;) {
                event.data.fd = client;
                epoll_ctl(poller, EPOLL_CTL_ADD, client, &event);
            }
        }
    }
}
