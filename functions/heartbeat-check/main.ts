import { appwriteFunction } from "../shared/execution";
import { checkHeartbeat } from "./check-heartbeat";

/** Run by Appwrite's schedule, or by hand with an API key. */
export default appwriteFunction(["schedule", "http"], checkHeartbeat);
