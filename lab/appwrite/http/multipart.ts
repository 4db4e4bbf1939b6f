/** A file that was sent in a form. */
export interface FormFile {
  name: string;
  content: Buffer;
}

/** A form's parts (RFC 7578). */
export interface Form {
  fields: [string, string][];
  files: Record<string, FormFile>;
}

/** Takes a `multipart/form-data` body apart. @param type its content type, which names the boundary */
export function readForm(body: Buffer, type: string): Form {
  const form: Form = { fields: [], files: {} };
  const boundary = /boundary="?([^";]+)"?/.exec(type)?.[1];
  if (!boundary) return form;
  const delimiter = Buffer.from(`--${boundary}`);
  let start = body.indexOf(delimiter);
  while (start >= 0) {
    const end = body.indexOf(delimiter, start + delimiter.length);
    if (end < 0) break;
    // Each part stands between line ends: one after its delimiter, one before the next.
    addPart(body.subarray(start + delimiter.length + 2, end - 2), form);
    start = end;
  }
  return form;
}

function addPart(part: Buffer, form: Form): void {
  const headersEnd = part.indexOf("\r\n\r\n");
  if (headersEnd < 0) return;
  const headers = part.subarray(0, headersEnd).toString("utf8");
  const content = part.subarray(headersEnd + 4);
  const name = /[; ]name="([^"]*)"/i.exec(headers)?.[1];
  const file = /filename="([^"]*)"/i.exec(headers)?.[1];
  if (name === undefined) return;
  if (file === undefined) form.fields.push([name, content.toString("utf8")]);
  else form.files[name] = { name: file, content };
}
