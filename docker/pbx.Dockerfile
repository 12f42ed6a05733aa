# A PBX to try Doorman with: Asterisk 22 with the configuration of asterisk-conf, and nothing else of ours.
FROM debian:forky-slim
# sip-tester is SIPp, for more calls at once than "doorman call" places (see compose.yaml).
RUN apt-get update \
 && apt-get install -y --no-install-recommends asterisk asterisk-core-sounds-en-gsm sip-tester \
 && rm -rf /var/lib/apt/lists/*
# Debian loads every module, and these would listen on all addresses.
RUN sed -i '/^\[modules\]/a noload = chan_iax2.so\nnoload = chan_unistim.so\nnoload = pbx_dundi.so' \
    /etc/asterisk/modules.conf
COPY asterisk-conf /usr/local/share/asterisk-conf
COPY docker/pbx.sh /usr/local/bin/pbx.sh
ENTRYPOINT ["sh", "/usr/local/bin/pbx.sh"]
