import { PolicyPack } from "@pulumi/policy";
import { policiesOf } from "./policies";
import { houseRules } from "./rules";

new PolicyPack("monitoring", { policies: policiesOf(houseRules) });
