import { errors, jwtVerify, SignJWT } from 'jose';
import { z } from 'zod';
import { Scope } from '../../db/generated/enums.ts';
import { type CustomerViewer, UnauthenticatedError } from './viewer.ts';

const ISSUER = 'koshel';
const AUDIENCE = 'koshel';
/** Nodes that share a secret need not share a clock to the second. */
const CLOCK_SKEW_SECONDS = 60;
const claims = z.object({
  sub: z.string(),
  prt: z.string(),
  scp: z.array(z.enum(Scope)),
  iat: z.number(),
  exp: z.number(),
});

/** What a session token says: whom it acts for, at which partner, with which scopes, until when. */
export interface SessionClaims {
  partnerId: string;
  customerId: string;
  scopes: Scope[];
  issuedAt: Date;
  expiresAt: Date;
}

/**
 * Signs a session token (JWT, HS256).
 * @param secret TOKEN_SECRET
 */
export function signSessionToken(secret: string, session: SessionClaims): Promise<string> {
  return new SignJWT({ prt: session.partnerId, scp: session.scopes })
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .setIssuer(ISSUER)
    .setAudience(AUDIENCE)
    .setSubject(session.customerId)
    .setIssuedAt(session.issuedAt)
    .setExpirationTime(session.expiresAt)
    .sign(new TextEncoder().encode(secret));
}

/**
 * Checks a session token: signature, algorithm, issuer, audience, times, form.
 * @param now the present instant, for the expiry
 * @throws UnauthenticatedError that says whether it is out of date or wrong
 */
export async function verifySessionToken(secret: string, token: string, now: Date): Promise<CustomerViewer> {
  const options = { algorithms: ['HS256'], issuer: ISSUER, audience: AUDIENCE, currentDate: now };
  const { payload } = await jwtVerify(token, new TextEncoder().encode(secret), options).catch((error: unknown) => {
    const expired = error instanceof errors.JWTExpired;
    throw new UnauthenticatedError(
      expired
        ? 'The session token has expired. Have the partner’s server mint a new one (sessionTokenCreate).'
        : 'The session token is not valid.',
    );
  });
  const parsed = claims.safeParse(payload);
  if (!parsed.success || parsed.data.iat > now.getTime() / 1000 + CLOCK_SKEW_SECONDS) {
    throw new UnauthenticatedError('The session token is not valid.');
  }
  const { sub, prt, scp, exp } = parsed.data;
  return { kind: 'CUSTOMER', partnerId: prt, customerId: sub, scopes: new Set(scp), expiresAt: new Date(exp * 1000) };
}
