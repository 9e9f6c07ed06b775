import type { Response } from 'express';

/** What `response.json` does, for the hot path: text leaves in one write with its head, where Express makes a buffer of it, and two writes. */
export const sendJson = (response: Response, body: object): void => {
  const text = JSON.stringify(body);
  response.setHeader('Content-Type', 'application/json; charset=utf-8').setHeader('Content-Length', Buffer.byteLength(text)).end(text);
};
