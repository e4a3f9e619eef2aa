/** The attributes of OCSF events (1.0 to 1.5) that are read; e-mail addresses, IP addresses and free text are not. */
import { reads as cloudTrail } from '../aws-cloudtrail/schema.ts'
import type { Shape } from '../connector.ts'
import { reads as kubernetes } from '../kubernetes-audit/schema.ts'

const account: Shape = { uid: true, type: true, type_id: true }

const user: Shape = {
  uid: true,
  uid_alt: true,
  name: true,
  type: true,
  type_id: true,
  account,
  account_uid: true,
  account_type: true,
  account_type_id: true,
  credential_uid: true,
  domain: true,
}

const session: Shape = {
  uid: true,
  issuer: true,
  created_time: true,
  created_time_dt: true,
  expiration_time: true,
}

/** What the mappings of two sources keep of the original record outside OCSF's own attributes. */
const unmapped: Shape = {
  eventType: true,
  recipientAccountId: true,
  sharedEventID: true,
  additionalEventData: cloudTrail['additionalEventData'] ?? {},
  requestParameters: cloudTrail['requestParameters'] ?? {},
  responseElements: cloudTrail['responseElements'] ?? {},
  annotations: kubernetes['annotations'] ?? {},
  objectRef: kubernetes['objectRef'] ?? {},
  requestObject: kubernetes['requestObject'] ?? {},
  responseObject: kubernetes['responseObject'] ?? {},
  impersonatedUser: kubernetes['impersonatedUser'] ?? {},
}

export const reads: Shape = {
  class_uid: true,
  type_uid: true,
  activity_id: true,
  time: true,
  time_dt: true,
  start_time: true,
  start_time_dt: true,
  /** A text; other sources have an object here. */
  status: {},
  status_id: true,
  status_code: true,
  /** Looked at for its cause; nothing of it is passed on. */
  status_detail: true,
  metadata: {
    uid: true,
    correlation_uid: true,
    event_code: true,
    log_name: true,
    product: { name: true, vendor_name: true, version: true, feature: { name: true } },
  },
  cloud: { provider: true, region: true, account: { uid: true } },
  actor: { user, session, invoked_by: true, app_name: true, app_uid: true, idp: { name: true } },
  user,
  user_result: user,
  session,
  service: { name: true },
  dst_endpoint: { svc_name: true },
  policy: { name: true, uid: true },
  api: {
    operation: true,
    service: { name: true },
    request: { uid: true, data: cloudTrail['requestParameters'] ?? {} },
    response: {
      code: true,
      error: true,
      error_message: true,
      message: true,
      data: cloudTrail['responseElements'] ?? {},
    },
  },
  http_request: { url: { path: true } },
  resources: { uid: true, name: true, type: true, namespace: true },
  unmapped,
}
