/** What ECS calls the platform of a task definition's operating system. */

/**
 * `Linux`, or of `WINDOWS_SERVER_2022_CORE` "Windows Server 2022 Core": ECS's documents show this form for services and
 * tasks. That all other Windows names follow it ("Windows Server 20H2 Core") is not verified.
 *
 * @param operatingSystemFamily of `runtimePlatform`; absent means Linux.
 */
export function platformFamilyOf(operatingSystemFamily: string | undefined): string {
  const words = (operatingSystemFamily ?? "LINUX").split("_");
  // A version ("20H2") is left as it is.
  return words.map((word) => (/\d/.test(word) ? word : word.charAt(0) + word.slice(1).toLowerCase())).join(" ");
}
