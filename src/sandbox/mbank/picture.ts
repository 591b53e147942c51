import multipart, { type MultipartFile } from '@fastify/multipart';
import type { FastifyInstance } from 'fastify';
import { notFound, Refusal, unprocessable } from './errors.ts';
import { type Operation, route } from './http.ts';
import { walletByPicture, walletOf } from './wallet.ts';
import type { World } from './world.ts';

const TEN_MEGABYTES = 10 * 1024 * 1024;

/** JPEG or PNG by its first bytes. */
function imageType(bytes: Buffer): string | undefined {
  if (bytes.subarray(0, 3).equals(Buffer.from([0xff, 0xd8, 0xff]))) return 'image/jpeg';
  if (bytes.subarray(0, 4).equals(Buffer.from([0x89, 0x50, 0x4e, 0x47]))) return 'image/png';
  return undefined;
}

/**
 * `wallet.picture.set` (section 2.4): multipart only, file field `file`, at most 10 MB. The body is read whole before the
 * operation begins, as with every other one: a caller that gives up meanwhile has sent it all the same.
 */
export function pictureUpload(world: World, deletePicture: Operation[]) {
  return async (app: FastifyInstance): Promise<void> => {
    const limits = { fileSize: TEN_MEGABYTES, files: 1 };
    await app.register(multipart, { limits, throwFileSizeLimit: false, attachFieldsToBody: true });
    const upload: Operation = {
      id: 'wallet.picture.set',
      method: 'POST',
      path: '/wallet/picture',
      auth: 'wallet',
      async handle(call) {
        if (!call.raw.isMultipart()) throw new Refusal(415);
        const file = call.body['file'] as MultipartFile | { type: 'field' } | undefined;
        if (file?.type !== 'file') return unprocessable();
        const bytes = await file.toBuffer();
        const type = imageType(bytes);
        if (type === undefined || file.file.truncated) return unprocessable();
        walletOf(call).picture = { bytes, type, uploadedAt: world.clock.now() };
        return {};
      },
    };
    route(app, world, [upload, ...deletePicture], 'bw');
  };
}

/** Serves the avatars that `picture_url` names. */
export function pictures(app: FastifyInstance, world: World): void {
  app.get<{ Params: { file: string } }>('/img/wallets/:file', (request, reply) => {
    const picture = walletByPicture(world, request.params.file.replace(/\.jpg$/, ''))?.picture ?? notFound();
    return reply.type(picture.type).send(picture.bytes);
  });
}
