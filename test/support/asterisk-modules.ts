import { existsSync } from 'node:fs'
import { join } from 'node:path'

/**
 * The modules that the lab loads, by what they are for. A list, not `autoload`: loading everything takes several
 * seconds and drags in modules that look for databases and sound cards. Names that a version lacks are left out.
 */
const MODULES = `
PJSIP, as a trunk and a softphone need it; its configuration driver comes first:
  res_sorcery_config res_sorcery_memory res_sorcery_astdb res_pjproject res_pjsip res_pjsip_session
  res_pjsip_caller_id res_pjsip_endpoint_identifier_ip res_pjsip_endpoint_identifier_user
  res_pjsip_endpoint_identifier_anonymous res_pjsip_authenticator_digest res_pjsip_outbound_authenticator_digest
  res_pjsip_registrar res_pjsip_sdp_rtp res_pjsip_header_funcs res_pjsip_dtmf_info res_pjsip_diversion
  res_pjsip_rfc3326 res_pjsip_nat res_pjsip_acl res_pjsip_pubsub res_pjsip_refer res_pjsip_path res_pjsip_logger
  res_pjsip_dlg_options res_rtp_asterisk chan_pjsip
STIR/SHAKEN, and what fetches and checks certificates:
  res_crypto res_curl func_curl res_stir_shaken res_pjsip_stir_shaken
Bridges, codecs, files and timing, to answer, play and connect a call:
  bridge_simple bridge_softmix bridge_native_rtp bridge_holding res_timing_timerfd
  codec_ulaw codec_alaw codec_gsm codec_resample codec_a_mu format_gsm format_pcm format_wav format_sln
ARI whole, since ari-client asks for the description of each of its parts when it connects:
  res_http_websocket res_websocket_client res_stasis res_stasis_answer res_stasis_playback res_stasis_recording
  res_stasis_snoop res_stasis_device_state res_stasis_broadcast res_ari res_ari_model res_ari_applications
  res_ari_asterisk res_ari_bridges res_ari_channels res_ari_device_states res_ari_endpoints res_ari_events
  res_ari_mailboxes res_ari_playbacks res_ari_recordings res_ari_sounds app_stasis app_stasis_broadcast
Applications, and functions (DB, SHELL, LOCK … to see them blocked):
  pbx_config app_dial app_playback app_echo app_read app_verbose app_userevent app_db app_exec app_stack
  app_originate res_clioriginate app_channelredirect app_system app_cdr app_bridgewait app_while app_waituntil
  app_senddtmf app_softhangup app_transfer
  func_db func_channel func_callerid func_dialplan func_env func_logic func_strings func_uri func_timeout
  func_global func_shell func_math func_cdr func_module func_cut func_base64 func_json func_evalexten func_lock
  func_rand func_md5 func_sha1 func_hangupcause func_groupcount func_devstate func_export func_version func_sprintf
  func_pjsip_endpoint func_pjsip_aor func_pjsip_contact cdr_csv cdr_manager
`

/** The text of a modules.conf that loads those of the modules that the folder holds. */
export function modulesConf(folder: string): string {
  const names = MODULES.split('\n')
    .filter((line) => line.startsWith(' '))
    .flatMap((line) => line.trim().split(' '))
  const lines = names
    .filter((name) => existsSync(join(folder, `${name}.so`)))
    .map((name) => `${name === 'res_sorcery_config' ? 'preload' : 'load'} = ${name}.so`)
  return ['[modules]', 'autoload = no', ...lines, ''].join('\n')
}
