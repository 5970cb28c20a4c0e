// node's ws: no compression, no UTF-8 check, no per-client bookkeeping beyond what is needed.
//
// /echo answers every message; /room/NAME relays it to the room's other members.
'use strict';

const { WebSocketServer } = require('ws');

const rooms = new Map();
const server = new WebSocketServer({
  host: '127.0.0.1',
  port: Number(process.argv[2]),
  backlog: 4096,
  perMessageDeflate: false,
  skipUTF8Validation: true,
  clientTracking: false,
});

server.on('connection', (socket, request) => {
  socket.on('error', () => {});
  if (!request.url.startsWith('/room/')) {
    socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }));
    return;
  }
  const name = request.url.slice(6);
  let members = rooms.get(name);
  if (!members) rooms.set(name, (members = new Set()));
  members.add(socket);
  socket.on('close', () => members.delete(socket));
  socket.on('message', (data, isBinary) => {
    const options = { binary: isBinary };
    for (const member of members) if (member !== socket) member.send(data, options);
  });
});
