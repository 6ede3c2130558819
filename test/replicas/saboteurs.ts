import { accessPoints, putStatements, statements } from "../integration/account.ts";
import type { World } from "../integration/world.ts";
import type { Stream } from "../simulation/chance.ts";

/** One harmful call by somebody who was not here before: who undoes the same thing again and again is made to wait. */
export async function plantDrift(world: World, names: readonly string[], chance: Stream): Promise<void> {
  const person = `somebody-${chance.hex(6)}`;
  const name = chance.pick(names);
  switch (chance.between(1, 3)) {
    case 1: {
      const victim = (await accessPoints(world)).find(({ RootDirectory }) => RootDirectory.Path === `/${name}`);
      if (victim !== undefined)
        await world.aws(person, "efs", "DeleteAccessPoint", { AccessPointId: victim.AccessPointId });
      return;
    }
    case 2:
      await world.aws(person, "lambda", "UpdateFunctionConfiguration", { FunctionName: name, FileSystemConfigs: [] });
      return;
    default: {
      const all = await statements(world);
      const ours = all.filter(({ Sid }) => Sid.startsWith("mooring-"));
      if (ours.length > 0)
        await putStatements(
          world,
          person,
          all.filter((one) => one !== chance.pick(ours)),
        );
    }
  }
}
