// Answers every request well, as Appwrite and Slack would: `node outside.mjs ADDRESS`. It refuses every second message, so
// that there is something to see of those that could not be handed over.
import http from "node:http";

let messages = 0;
const server = http.createServer((request, response) => {
  request.resume();
  const isRefused = request.method === "POST" && ++messages % 2 === 0;
  response.writeHead(isRefused ? 400 : 200, { "content-type": "application/json" });
  response.end(JSON.stringify({ version: "1.8.1", status: "pass" }));
});
server.listen(80, process.argv[2]);
