import { z } from "zod";

/** A TCP port. */
export const port = z.number({ error: "a port is a whole number from 1 to 65535" }).int().min(1).max(65_535);
