import { crc32 } from "node:zlib";

/** A zip archive of one stored file: the smallest code that Lambda takes. */
export function zipOf(name: string, text: string): Uint8Array {
  const [file, content] = [Buffer.from(name), Buffer.from(text)];
  const common = Buffer.alloc(26);
  common.writeUInt16LE(20, 0);
  common.writeUInt32LE(0x00_21_00_00, 6);
  common.writeUInt32LE(crc32(content), 10);
  common.writeUInt32LE(content.length, 14);
  common.writeUInt32LE(content.length, 18);
  common.writeUInt16LE(file.length, 22);
  const local = Buffer.concat([Buffer.from("PK\u0003\u0004"), common, file, content]);
  // Made by Unix, a regular file that everybody may read: Lambda needs that right.
  const tail = Buffer.alloc(14);
  tail.writeUInt32LE(0o100_644 * 0x1_00_00, 6);
  const central = Buffer.concat([Buffer.from("PK\u0001\u0002"), Buffer.from([20, 3]), common, tail, file]);
  const end = Buffer.alloc(22);
  end.write("PK\u0005\u0006");
  end.writeUInt16LE(1, 8);
  end.writeUInt16LE(1, 10);
  end.writeUInt32LE(central.length, 12);
  end.writeUInt32LE(local.length, 16);
  return new Uint8Array(Buffer.concat([local, central, end]));
}
