import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { type Credential, type Credentials, credentialUsers } from "./credentials";

/** Passwords that nobody chose: generated once, kept encrypted in the stack's state. */
export class GeneratedCredentials extends pulumi.ComponentResource {
  /** All of them, as a secret. */
  readonly credentials: pulumi.Output<Credentials>;

  constructor(name: string, opts?: pulumi.ComponentResourceOptions) {
    super("monitoring:credentials:GeneratedCredentials", name, {}, opts);

    const createPassword = (credential: keyof Credentials): pulumi.Output<Credential> => {
      // Letters and digits only, so that no file format or shell between here and there can misread it.
      const password = new random.RandomPassword(
        `${credential}-password`,
        { length: 32, special: false },
        { parent: this },
      );
      return pulumi.secret({
        user: credentialUsers[credential],
        password: password.result,
        bcrypt: password.bcryptHash,
      });
    };

    this.credentials = pulumi.secret({
      exporters: createPassword("exporters"),
      prometheus: createPassword("prometheus"),
      alertmanager: createPassword("alertmanager"),
      grafana: createPassword("grafana"),
    });
    this.registerOutputs();
  }
}
