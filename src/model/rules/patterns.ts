/** The forms that AWS and Kubernetes prescribe, shared by the rules and the published schemas. */

/** AWS-FACTS 1.2 [b-efs], verbatim: CreateAccessPoint's RootDirectory.Path, besides its 1-100 characters. */
export const ACCESS_POINT_PATH = /^(\/|(\/(?!\.)+[^$#<>;`|&?{}^*/\n]+){1,4})$/;
export const PATH_CHARACTERS_MAX = 100;
export const PATH_LEVELS_MAX = 4;
/** What no segment of a path may contain. */
export const PATH_FORBIDDEN_CHARACTERS = /[$#<>;`|&?{}^*\n]/;

/** AWS-FACTS 1.2 [b-efs]. */
export const PERMISSIONS = /^[0-7]{3,4}$/;
/** AWS-FACTS 1.2 [b-efs]: uid, gid and secondary gids alike. */
export const POSIX_ID_MAX = 4_294_967_295;
/** AWS-FACTS 1.2 [b-efs], 1.8: also the NFS limit of groups in a request. */
export const SECONDARY_GIDS_MAX = 16;

/** AWS-FACTS 1.1 [b-efs]. */
export const FILE_SYSTEM_ID = /^fs-[0-9a-f]{8,40}$/;
export const ACCOUNT = /^\d{12}$/;
export const REGION = /^[a-z]{2}(-[a-z]+)+-\d{1,2}$/;

/** AWS-FACTS 2.1 [b-lam]. */
export const LOCAL_MOUNT_PATH = /^\/mnt\/[a-zA-Z0-9-_.]+$/;
export const LOCAL_MOUNT_PATH_CHARACTERS_MAX = 160;
/** Lambda API reference, UpdateFunctionConfiguration: a name alone has at most 64 characters. */
export const FUNCTION_NAME = /^[a-zA-Z0-9-_]{1,64}$/;

/**
 * ECS API reference: clusters, services, families and containers alike have up to 255 letters (upper case and
 * lower case), digits, underscores and hyphens.
 */
export const ECS_NAME = /^[a-zA-Z0-9_-]{1,255}$/;
/** Linux: PATH_MAX without the closing zero byte. ECS states no limit of its own. */
export const CONTAINER_PATH_CHARACTERS_MAX = 4_095;

/** RFC 1123 as Kubernetes uses it for namespaces: at most 63 characters. */
export const DNS_LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
export const DNS_LABEL_CHARACTERS_MAX = 63;
/** RFC 1123 as Kubernetes uses it for names: at most 253 characters. */
export const DNS_SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
export const DNS_SUBDOMAIN_CHARACTERS_MAX = 253;
/** The part of a label's or annotation's key behind the slash, and a label's value if not empty. */
export const QUALIFIED_NAME_PART = /^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/;
export const QUALIFIED_NAME_PART_CHARACTERS_MAX = 63;
/** Kubernetes: all keys and values of the annotations together. */
export const ANNOTATIONS_BYTES_MAX = 256 * 1024;

/** AWS-FACTS 1.2 [b-efs]: a tag's value. */
export const TAG_VALUE_CHARACTERS_MAX = 256;
/** AWS-FACTS 1.7 [b-efs]: PutFileSystemPolicy. */
export const POLICY_CHARACTERS_MAX = 20_000;
