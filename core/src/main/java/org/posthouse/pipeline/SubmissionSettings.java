package org.posthouse.pipeline;

import java.util.Optional;
import org.posthouse.config.Values;
import org.posthouse.message.Rate;
import org.posthouse.message.Setting;

/** What {@code [pipeline]} says of submission. */
record SubmissionSettings(SenderCheck senderCheck, Origin origin, Optional<Rate> perAccount, Optional<Rate> perAddress) {
    enum SenderCheck { OWN_ADDRESSES, NONE }

    /** Whether {@code Received} tells where a user was. */
    enum Origin { TOLD, HIDDEN }

    static final SubmissionSettings USUAL =
            new SubmissionSettings(SenderCheck.OWN_ADDRESSES, Origin.TOLD, Optional.empty(), Optional.empty());

    static SubmissionSettings of(Values pipeline) {
        return new SubmissionSettings(
                pipeline.has("sender-check") && !pipeline.flag("sender-check") ? SenderCheck.NONE : SenderCheck.OWN_ADDRESSES,
                pipeline.has("submission-hide-client") && pipeline.flag("submission-hide-client") ? Origin.HIDDEN : Origin.TOLD,
                rate("submission-rate-account", pipeline), rate("submission-rate-address", pipeline));
    }

    private static Optional<Rate> rate(String key, Values pipeline) {
        return pipeline.has(key) ? Optional.of(Setting.rate(key, pipeline.text(key))) : Optional.empty();
    }
}
