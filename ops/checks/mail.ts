import { type Check, good } from "./check";
import { askFromAlertmanagers } from "./outside";
import { type MailAccess, tryMailServer } from "./smtp";

/** The mail server lets each Alertmanager log in; no mail is sent. */
export const checkMail: Check = async (stack) => {
  const { email } = stack.inventory.channels;
  if (!email) return [];
  const { smarthost, tls, authority, username } = email;
  const [host = "", port = ""] = smarthost.split(":");
  const login = username ? { user: username, password: stack.secrets.smtpPassword ?? "" } : undefined;
  const access: MailAccess = { host, port: Number(port), tls, authority, login };
  const { stack: name } = stack.inventory;
  return askFromAlertmanagers(stack, {
    channel: "mail",
    to: access,
    ask: async (connection, server, what) =>
      good(server, what, `${smarthost}: ${await tryMailServer(access, connection)}`),
    mend:
      `See channels.email in stacks/${name}.ts and the setting smtpPassword (pulumi config set --secret smtpPassword ` +
      `--stack ${name}); does the server's firewall let it out?`,
  });
};
