/** Account settings: kept and shown; none of them changes how this simulator behaves. */
import type {
  DeleteAccountSettingRequest,
  ListAccountSettingsRequest,
  PutAccountSettingRequest,
  Setting,
} from "@aws-sdk/client-ecs";
import type { Handler } from "../../core.ts";
import { pageOf } from "../ordered-index.ts";
import { checkedPage, type EcsContext, pageSize } from "./state.ts";

/** What an account that nobody changed has (Amazon ECS developer guide, "Account settings"). */
const DEFAULTS: Readonly<Record<string, string>> = {
  serviceLongArnFormat: "enabled",
  taskLongArnFormat: "enabled",
  containerInstanceLongArnFormat: "enabled",
  awsvpcTrunking: "disabled",
  containerInsights: "disabled",
  fargateFIPSMode: "disabled",
  tagResourceAuthorization: "on",
  fargateTaskRetirementWaitPeriod: "7",
  guardDutyActivate: "off",
  defaultLogDriverMode: "non-blocking",
};

/** Settings of the account itself, which hold for every principal that has none of its own. */
const ACCOUNT = "";

export function accountSettingOperations({ state, world }: EcsContext): Record<string, Handler> {
  const root = `arn:${world.partition}:iam::${world.account}:root`;
  const keyOf = (principalArn: string): string => (principalArn === root ? ACCOUNT : principalArn);
  const shown = (principal: string, name: string | undefined, value: string): Setting => ({
    name: name as Setting["name"],
    value,
    principalArn: principal === ACCOUNT ? root : principal,
    type: name === "guardDutyActivate" ? "aws_managed" : "user",
  });
  const put = (principal: string, name: string | undefined, value: string): { setting: Setting } => {
    state.accountSettings.set(principal, { ...state.accountSettings.get(principal), [name ?? ""]: value });
    return { setting: shown(principal, name, value) };
  };
  return {
    PutAccountSetting: ({ name, value = "", principalArn }: PutAccountSettingRequest, { caller }) =>
      put(keyOf(principalArn ?? caller.arn), name, value),
    PutAccountSettingDefault: ({ name, value = "" }: PutAccountSettingRequest) => put(ACCOUNT, name, value),
    DeleteAccountSetting({ name, principalArn }: DeleteAccountSettingRequest, { caller }) {
      const principal = keyOf(principalArn ?? caller.arn);
      const { [name ?? ""]: value = "", ...rest } = state.accountSettings.get(principal) ?? {};
      state.accountSettings.set(principal, rest);
      return { setting: shown(principal, name, value) };
    },
    ListAccountSettings(input: ListAccountSettingsRequest, { caller }) {
      const principal = keyOf(input.principalArn ?? caller.arn);
      const own = Object.entries(state.accountSettings.get(principal) ?? {});
      // What holds for a principal without a setting of its own is shown as the account's.
      const inherited = Object.entries({ ...DEFAULTS, ...state.accountSettings.get(ACCOUNT) });
      const all = own.map(([name, value]) => shown(principal, name, value));
      for (const [name, value] of input.effectiveSettings ? inherited : []) {
        if (!all.some((one) => one.name === name)) all.push(shown(ACCOUNT, name, value));
      }
      const kept = all.filter(({ name, value }) => name === (input.name ?? name) && value === (input.value ?? value));
      const page = checkedPage(pageOf(kept, pageSize(input.maxResults), input.nextToken));
      return { settings: page.items, nextToken: page.next };
    },
  };
}

export const ACCOUNT_SETTING_MEMBERS = {
  PutAccountSetting: ["name", "value", "principalArn"],
  PutAccountSettingDefault: ["name", "value"],
  DeleteAccountSetting: ["name", "principalArn"],
  ListAccountSettings: ["name", "value", "principalArn", "effectiveSettings", "nextToken", "maxResults"],
} as const;
