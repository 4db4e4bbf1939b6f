import { appwriteFunction } from "../shared/execution";
import { processDelivery } from "./process-delivery";

/** Called by Alertmanager, with an API key. */
export default appwriteFunction(["http"], processDelivery);
