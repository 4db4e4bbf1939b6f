import { createHmac, timingSafeEqual } from "node:crypto";

/** What the key of one execution of a function carries. */
export interface DynamicKey {
  projectId: string;
  scopes: string[];
  /** Seconds since 1970 after which it is of no use. */
  exp: number;
}

const header = encode({ typ: "JWT", alg: "HS256" });

/** The key that an execution is given in `x-appwrite-key`: a JSON Web Token behind `dynamic_`. */
export function dynamicKey(content: DynamicKey, secret: string): string {
  const signed = `${header}.${encode(content)}`;
  return `dynamic_${signed}.${sign(signed, secret)}`;
}

/** @returns undefined for one that is not of this server's making, or has expired */
export function readDynamicKey(key: string, secret: string): DynamicKey | undefined {
  const [head = "", payload = "", signature = ""] = key.replace(/^dynamic_/, "").split(".");
  const wanted = Buffer.from(sign(`${head}.${payload}`, secret));
  const given = Buffer.from(signature);
  if (wanted.length !== given.length || !timingSafeEqual(wanted, given)) return undefined;
  const content = JSON.parse(Buffer.from(payload, "base64url").toString("utf8")) as DynamicKey;
  return content.exp * 1000 > Date.now() ? content : undefined;
}

function encode(content: object): string {
  return Buffer.from(JSON.stringify(content)).toString("base64url");
}

function sign(content: string, secret: string): string {
  return createHmac("sha256", secret).update(content).digest("base64url");
}
